// Companion sessions: created with an access token, read, ended.
import { Hono } from 'hono';
import * as v from 'valibot';
import { COMPANION_PATHS, type EndAnswer, type SessionAnswer } from '../../contract/companion.ts';
import { bearerToken } from '../bearer/middleware.ts';
import { accountState, entityTag, noneMatchNames } from '../sessions/responses.ts';
import { atMost } from '../http/body.ts';
import { checkBody, readObject } from '../sessions/body.ts';
import { createSession, type SessionParts } from '../sessions/create.ts';
import { guarded, liveSession, presentedToken, unknownSession } from '../sessions/authenticate.ts';
import { formatSessionToken, parseSessionToken, sessionHash } from '../sessions/token.ts';

const KILOBYTE = 1024;
const MOST_REVOCATIONS = 20;
const IDS = `refreshTokenIds must be ${MOST_REVOCATIONS} ids at most, each 64 hexadecimal digits`;

const SESSION_REQUEST = v.object({ session: v.optional(v.string('session must be a string')) });
const END_REQUEST = v.object({
  refreshTokenIds: v.pipe(
    v.array(v.pipe(v.string(IDS), v.regex(/^[0-9a-f]{64}$/, IDS)), IDS),
    v.maxLength(MOST_REVOCATIONS, IDS),
  ),
  // Extensions of version 0.1.0 send no `metrics`.
  metrics: v.optional(v.literal('forget', 'metrics must be forget, or missing')),
  everywhere: v.optional(v.literal(true, 'everywhere must be true, or missing')),
});
const COUNTS_FORGOTTEN: EndAnswer = { metrics: 'forgotten' };

/** The routes `/v1/sessions`, `/v1/session` and `/v1/session/end`. Errors are thrown as `Problem`. */
export function sessions(parts: SessionParts): Hono {
  const { store, now } = parts;
  const app = new Hono();

  const create = guarded(async (c) => {
    const accessToken = bearerToken(c);
    const { session: text } = checkBody(SESSION_REQUEST, await readObject(c));
    // The owner of a malformed session gets a new one.
    const presented = text === undefined ? undefined : parseSessionToken(text);
    const { token, session, isNew } = await createSession(parts, accessToken, presented);
    const answer: SessionAnswer = { session: formatSessionToken(token), ...accountState(session) };
    return c.json(answer, isNew ? 201 : 200, { 'cache-control': 'no-store' });
  });

  const read = guarded(async (c) => {
    const body = JSON.stringify(accountState(await liveSession(store, presentedToken(c), now())));
    const tag = entityTag(body);
    c.header('etag', tag);
    c.header('cache-control', 'private, no-cache');
    c.header('vary', 'Authorization', { append: true });
    if (noneMatchNames(c.req.header('if-none-match'), tag)) return c.body(null, 304);
    return c.body(body, 200, { 'content-type': 'application/json' });
  });

  const end = guarded(async (c) => {
    const hash = sessionHash(presentedToken(c));
    const { refreshTokenIds, metrics, everywhere } = checkBody(END_REQUEST, await readObject(c));
    const forgetMetrics = metrics === 'forget';
    const ids = [...new Set(refreshTokenIds)];
    const options = { forgetMetrics, everywhere: everywhere ? () => true : parts.endsEverywhere };
    if (!(await store.end(hash, ids, now(), options))) throw unknownSession();
    const headers = { 'cache-control': 'no-store' };
    return forgetMetrics ? c.json(COUNTS_FORGOTTEN, 202, headers) : c.body(null, 202, headers);
  });

  app.post(COMPANION_PATHS.sessions, atMost(KILOBYTE), create);
  app.get(COMPANION_PATHS.session, read);
  app.post(COMPANION_PATHS.end, atMost(4 * KILOBYTE), end);
  return app;
}
