/** The grants themselves: a code redeemed, a refresh token used. */
import { CODE_LIFE_MS } from '../era.ts';
import { oauthProblem } from '../problems.ts';
import { collapse, uncovered, without } from '../scope-set.ts';
import { s256 } from '../store/random.ts';
import type { Authentication, Client, Code } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import { leakedClientId } from './client-auth.ts';

/** What tokens are made from. */
export interface Granted {
  readonly clientId: string;
  readonly uid: string;
  readonly scope: string;
  readonly offline: boolean;
  readonly idToken: boolean;
  /** Of a code. FxA: a refresh token doesn't keep it, so that no refresh passes it on. */
  readonly authentication?: Authentication;
  /** Keys the sign-in page encrypted for the client, handed over unread. */
  readonly keysJwe?: string;
}

function checkPkce(code: Code, challenge: string | undefined): void {
  if (code.codeChallenge !== undefined && challenge === undefined) throw oauthProblem(118);
  if (challenge !== code.codeChallenge) throw oauthProblem(117, { requestCodeChallenge: challenge });
}

/** Redeems a code. FxA: only success burns it. Throws 105, 106, 107, 116, 117, 118. */
export function redeemCode(
  context: MockContext,
  client: Client,
  params: { code: string; verifier?: string | undefined },
): Granted {
  const { rules, store, now } = context;
  if (params.verifier !== undefined && !client.publicClient) {
    throw oauthProblem(116, { clientId: leakedClientId(rules, client.id) });
  }
  const challenge = params.verifier === undefined ? undefined : s256(params.verifier);
  const code = store.tokens.findCode(params.code.toLowerCase());
  if (code === undefined) throw oauthProblem(105, { requestCode: params.code });
  if (code.clientId !== client.id) {
    throw oauthProblem(106, { requestCode: params.code, client: leakedClientId(rules, client.id) });
  }
  const expiredAt = code.createdAt + CODE_LIFE_MS;
  if (now() > expiredAt) throw oauthProblem(107, { requestCode: params.code, expiredAt });
  checkPkce(code, challenge);
  store.tokens.removeCode(code.code);
  const { clientId, uid, scope, offline, authAt, amr, aal, keysJwe } = code;
  const idToken = scope.split(' ').includes('openid');
  return {
    clientId,
    uid,
    scope,
    offline,
    idToken,
    authentication: { authAt, amr, aal },
    ...(keysJwe === undefined ? {} : { keysJwe }),
  };
}

/**
 * Uses a refresh token; it is never rotated. `scope` undefined means that the request named none.
 * FxA: 2019 then gives an empty scope, today the scopes granted, without `openid`. Throws 108, 114.
 */
export function useRefreshToken(
  context: MockContext,
  client: Client,
  params: { token: string; scope?: string | undefined },
): Granted {
  const { rules, store, now } = context;
  const refreshToken = store.tokens.findRefreshToken(params.token);
  if (refreshToken?.clientId !== client.id) throw oauthProblem(108);
  const requested = collapse(
    params.scope ?? (rules.refreshWithoutScope === 'empty' ? '' : refreshToken.scope),
  );
  const mayWiden = rules.refreshMayWiden && client.trusted ? ` ${client.allowedScopes ?? ''}` : '';
  const invalidScopes = uncovered(requested, refreshToken.scope + mayWiden);
  if (invalidScopes.length > 0) throw oauthProblem(114, { invalidScopes });
  if (now() - refreshToken.lastUsedAt > rules.lastUseNotedAfter * 1000) refreshToken.lastUsedAt = now();
  const scope = rules.refreshGivesIdToken ? requested : without(requested, 'openid');
  return {
    clientId: client.id,
    uid: refreshToken.uid,
    scope,
    offline: false,
    idToken: scope.split(' ').includes('openid'),
  };
}
