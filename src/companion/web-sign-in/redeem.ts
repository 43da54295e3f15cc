// `POST /fxa-oauth/token`: a web application redeems its one-time code for the access token and a companion session.
import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import * as v from 'valibot';
import type { RedeemAnswer } from '../../contract/web-sign-in.ts';
import { checkBody, readObject } from '../http/body.ts';
import { Problem } from '../http/problem.ts';
import { createSession, type SessionParts } from '../sessions/create.ts';
import { formatSessionToken, parseSessionToken, sessionHash, unseal } from '../sessions/token.ts';
import type { WebCode, WebSignIns } from '../store.ts';
import { isAuthorizedOrigin } from './authorized-domains.ts';
import { discard } from './exchange.ts';
import type { WebClient } from './settings.ts';

const REDEEM_REQUEST = v.object({
  code: v.string('code must be the one of the fragment'),
  // RFC 7636, section 4.1.
  code_verifier: v.pipe(
    v.string('code_verifier must be a string'),
    v.regex(/^[\w.~-]{43,128}$/, 'code_verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~'),
  ),
});

/** What is sealed under a code. */
export interface Redeemed {
  readonly accessToken: string;
  readonly scope: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

export interface RedeemParts extends SessionParts {
  readonly store: SessionParts['store'] & WebSignIns;
  readonly web: readonly WebClient[];
}

/**
 * The handler. A code is used up by whatever request presents it: one with another origin or a wrong verifier comes from
 * a thief, so the token is destroyed, too.
 */
export function redeem(parts: RedeemParts): (c: Context) => Promise<Response> {
  const { store, web, now } = parts;
  return async (c) => {
    const { code, code_verifier: verifier } = checkBody(REDEEM_REQUEST, await readObject(c));
    const token = parseSessionToken(code);
    const found = token && (await store.takeWebCode(sessionHash(token)));
    const client = web.find(({ name }) => name === found?.client);
    if (!found || !client) throw refused();
    const { accessToken, scope, expiresAt } = JSON.parse(
      unseal('web sign-in', token, found.sealed),
    ) as Redeemed;
    // The settings may have changed since.
    const isAuthorized = isAuthorizedOrigin(found.origin, client.authorizedDomains);
    if (!isAuthorized || !isMeantFor(found, c.req.header('origin'), verifier)) {
      await discard(parts, client, accessToken);
      throw refused();
    }
    const created = await createSession(parts, accessToken, undefined).catch(async (error: unknown) => {
      await discard(parts, client, accessToken);
      throw error;
    });
    const body: RedeemAnswer = {
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: Math.max(0, Math.floor((expiresAt - now()) / 1000)),
      scope,
      session: formatSessionToken(created.token),
    };
    return c.json(body, 200, { 'cache-control': 'no-store' });
  };
}

function isMeantFor({ origin, challenge }: WebCode, from: string | undefined, verifier: string): boolean {
  return from === origin && createHash('sha256').update(verifier).digest('base64url') === challenge;
}

/** One answer for all reasons. */
function refused(): Problem {
  return new Problem(
    400,
    'invalid_grant',
    'The code is unknown, used, expired, or not meant for this application',
  );
}
