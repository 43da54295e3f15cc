/** `GET /v1/profile`, with its ETag and, in 2019, its cache. */
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { json } from '../http/reply.ts';
import { unauthorized } from '../problems.ts';
import { covers, uncovered } from '../scope-set.ts';
import type { CachedProfile } from '../store/store.ts';
import type { AccessToken } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import { caller } from './bearer.ts';
import { profileFields } from './fields.ts';

const UNTRUSTED = 'profile:display_name profile:email profile:uid';

/** FxA: only the whole profile and the untrusted clients' set of scopes are cached. */
function cacheKey(token: AccessToken): string | undefined {
  if (covers(token.scope, 'profile')) return token.uid;
  const further = uncovered(token.scope, UNTRUSTED).some((scope) => scope.startsWith('profile'));
  return covers(token.scope, UNTRUSTED) && !further ? `${token.uid}:scoped` : undefined;
}

function readProfile(context: MockContext, token: AccessToken): CachedProfile {
  const { rules, store, now } = context;
  const key = rules.profileCacheLife > 0 ? cacheKey(token) : undefined;
  const cached = key === undefined ? undefined : store.profileCache.get(key);
  if (cached !== undefined && now() - cached.storedAt < rules.profileCacheLife * 1000) return cached;
  const account = store.profileOf(token.uid);
  if (account === undefined) throw unauthorized();
  const fresh = { profile: profileFields(context, token, account), storedAt: now() };
  if (key !== undefined) store.profileCache.set(key, fresh);
  return fresh;
}

/** The quoted ETag of a JSON value or text: SHA-1 in hex. */
export function etagOf(text: string): string {
  return `"${createHash('sha1').update(text).digest('hex')}"`;
}

/** Whether the caller has this version: by `If-None-Match`, or where it is missing, by `If-Modified-Since`. */
function isKnown(c: Context, etag: string, lastModified: string | undefined): boolean {
  const tags = c.req.header('if-none-match');
  if (tags !== undefined) {
    const known = tags.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return known.includes(etag) || known.includes('*');
  }
  const since = Date.parse(c.req.header('if-modified-since') ?? '');
  return lastModified !== undefined && since >= Date.parse(lastModified);
}

/** A JSON answer with an ETag, or 304 when the caller has it already. */
export function answerWithEtag(
  c: Context,
  body: unknown,
  etag: string,
  headers: Record<string, string> = {},
): Response {
  if (isKnown(c, etag, headers['last-modified'])) {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    return new Response(null, { status: 304, headers: { etag, ...headers, ...type } });
  }
  return json(body, 200, { etag, ...headers });
}

/** The endpoint. FxA: `sub` comes with `openid` only; `uid` is the key. */
export async function profileEndpoint(context: MockContext, c: Context): Promise<Response> {
  const token = await caller(context, c);
  const { profile, storedAt } = readProfile(context, token);
  const body = covers(token.scope, 'openid') ? { ...profile, sub: token.uid } : profile;
  const headers = { 'last-modified': new Date(storedAt).toUTCString() };
  return answerWithEtag(c, body, etagOf(JSON.stringify(body)), headers);
}
