// Companion sessions: created with an access token, read, ended.
import { Hono } from 'hono';
import * as v from 'valibot';
import { COMPANION_PATHS, POLL_AFTER, type EndAnswer, type SessionAnswer } from '../../contract/companion.ts';
import { bearerToken } from '../bearer/middleware.ts';
import { accountState, entityTag, noneMatchNames } from '../sessions/responses.ts';
import { atMost, checkBody, readObject } from '../http/body.ts';
import { createSession, type SessionParts } from '../sessions/create.ts';
import type { SessionMemory } from '../sessions/memory.ts';
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

export interface SessionRoutesParts extends SessionParts {
  /** Whether a client's sign-outs end all sessions in its space. Default: none does. */
  readonly endsEverywhere?: ((clientId: string) => boolean) | undefined;
  /** Evicted by the caller for every account that is notified of. Without it, each poll reads the database. */
  readonly memory?: SessionMemory;
  /** Seconds for `Poll-After`; 0 for none. */
  readonly pollAfter?: (() => number) | undefined;
}

/** The routes `/v1/sessions`, `/v1/session` and `/v1/session/end`. Errors are thrown as `Problem`. */
export function sessions(parts: SessionRoutesParts): Hono {
  const { store, now, memory, pollAfter = () => 0 } = parts;
  const app = new Hono();

  const create = guarded(async (c) => {
    const accessToken = bearerToken(c);
    const { session: text } = checkBody(SESSION_REQUEST, await readObject(c));
    // The owner of a malformed session gets a new one.
    const presented = text === undefined ? undefined : parseSessionToken(text);
    const { token, session, isNew } = await createSession(parts, accessToken, presented);
    memory?.forget(sessionHash(token));
    const answer: SessionAnswer = { session: formatSessionToken(token), ...accountState(session) };
    return c.json(answer, isNew ? 201 : 200, { 'cache-control': 'no-store' });
  });

  const read = guarded(async (c) => {
    const token = presentedToken(c);
    const hash = sessionHash(token);
    const named = c.req.header('if-none-match');
    /** Without a body, nothing has changed. */
    const answer = (tag: string, body?: string) => {
      const pause = pollAfter();
      if (pause > 0) c.header(POLL_AFTER, String(pause));
      c.header('etag', tag);
      c.header('cache-control', 'private, no-cache');
      c.header('vary', 'Authorization', { append: true });
      if (body === undefined) return c.body(null, 304);
      return c.body(body, 200, { 'content-type': 'application/json' });
    };
    const known = memory?.tagOf(hash, now());
    if (known !== undefined && noneMatchNames(named, known)) return answer(known);
    const position = memory?.position() ?? 0;
    const session = await liveSession(parts, token, now());
    const body = JSON.stringify(accountState(session));
    const tag = entityTag(body);
    memory?.keep(hash, session, tag, position);
    return noneMatchNames(named, tag) ? answer(tag) : answer(tag, body);
  });

  const end = guarded(async (c) => {
    const hash = sessionHash(presentedToken(c));
    const { refreshTokenIds, metrics, everywhere } = checkBody(END_REQUEST, await readObject(c));
    const forgetMetrics = metrics === 'forget';
    const ids = [...new Set(refreshTokenIds)];
    const options = { forgetMetrics, everywhere: everywhere ? () => true : parts.endsEverywhere };
    if (!(await store.end(hash, ids, now(), options))) throw unknownSession();
    memory?.forget(hash);
    const headers = { 'cache-control': 'no-store' };
    return forgetMetrics ? c.json(COUNTS_FORGOTTEN, 202, headers) : c.body(null, 202, headers);
  });

  app.post(COMPANION_PATHS.sessions, atMost(KILOBYTE), create);
  app.get(COMPANION_PATHS.session, read);
  app.post(COMPANION_PATHS.end, atMost(4 * KILOBYTE), end);
  return app;
}
