// Companion sessions: created with an access token, read, ended.
import { Hono } from 'hono';
import { COMPANION_PATHS, type EndAnswer, type SessionAnswer } from '../../contract/companion.ts';
import type { JsonObject } from '../../fxa/http.ts';
import { bearerToken } from '../bearer/middleware.ts';
import { accountState, entityTag, noneMatchNames } from '../sessions/responses.ts';
import { atMost } from '../http/body.ts';
import { badBody, readObject } from '../sessions/body.ts';
import { createSession, type SessionParts } from '../sessions/create.ts';
import { guarded, liveSession, presentedToken, unknownSession } from '../sessions/authenticate.ts';
import { formatSessionToken, parseSessionToken, sessionHash } from '../sessions/token.ts';

const KILOBYTE = 1024;
const MOST_REVOCATIONS = 20;
const COUNTS_FORGOTTEN: EndAnswer = { metrics: 'forgotten' };

/** The routes `/v1/sessions`, `/v1/session` and `/v1/session/end`. Errors are thrown as `Problem`. */
export function sessions(parts: SessionParts): Hono {
  const { store, now } = parts;
  const app = new Hono();

  const create = guarded(async (c) => {
    const accessToken = bearerToken(c);
    const { token, session, isNew } = await createSession(
      parts,
      accessToken,
      presentedIn(await readObject(c)),
    );
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
    const body = await readObject(c);
    const forgetMetrics = forgetsIn(body);
    if (!(await store.end(hash, idsIn(body), now(), { forgetMetrics }))) throw unknownSession();
    const headers = { 'cache-control': 'no-store' };
    return forgetMetrics ? c.json(COUNTS_FORGOTTEN, 202, headers) : c.body(null, 202, headers);
  });

  app.post(COMPANION_PATHS.sessions, atMost(KILOBYTE), create);
  app.get(COMPANION_PATHS.session, read);
  app.post(COMPANION_PATHS.end, atMost(4 * KILOBYTE), end);
  return app;
}

/** The presented session's token; undefined for a malformed one, whose owner then gets a new session. */
function presentedIn({ session }: JsonObject): Uint8Array | undefined {
  if (session === undefined) return undefined;
  if (typeof session !== 'string') throw badBody('session must be a string');
  return parseSessionToken(session);
}

function idsIn({ refreshTokenIds: ids }: JsonObject): readonly string[] {
  if (!Array.isArray(ids) || ids.length > MOST_REVOCATIONS || !ids.every(isId)) {
    throw badBody(`refreshTokenIds must be ${MOST_REVOCATIONS} ids at most, each 64 hexadecimal digits`);
  }
  return [...new Set(ids)];
}

/** Extensions of version 0.1.0 send no `metrics`. */
function forgetsIn({ metrics }: JsonObject): boolean {
  if (metrics !== undefined && metrics !== 'forget') throw badBody('metrics must be forget, or missing');
  return metrics === 'forget';
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}
