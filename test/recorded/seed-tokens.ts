// The tokens and codes that a recorded request carried.
import { createHash } from 'node:crypto';
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import type { Exchange } from './exchange.ts';
import {
  answerOf,
  authenticationIn,
  authenticationOf,
  clientIdOf,
  type Facts,
  parametersOf,
} from './facts.ts';
import { hasNewPassword, HINTS, isDeleted, isRefusedBy, saysUnknown } from './hints.ts';
import { scopeShownBy } from './shown-scope.ts';

/** What the state is derived from, and where it goes. */
export interface Ground {
  readonly facts: Facts;
  readonly exchange: Exchange;
  readonly running: RunningMockServer;
}

/** Milliseconds of tokens and codes that are long over. */
const OLD_MS = 3_600_000;

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

/** The scope of a refresh token that is refused for want of it, where nothing else tells. */
export const REFUSED_SCOPE = 'profile openid';

/** Seeds the token of a request, unless the server did not know it. */
export function seedToken(
  ground: Ground,
  account: Account,
  token: string,
  use: 'access' | 'refresh' | 'id',
): void {
  const { facts, exchange, running } = ground;
  const { title, request } = exchange;
  const answer = answerOf(exchange);
  const known = facts.tokens.get(token);
  const titled = use === 'access' && title.includes('refresh token') ? 'refresh' : undefined;
  const mixedUp = exchange.response.status === 200 ? undefined : titled;
  const swapped =
    use === 'refresh' && saysUnknown(exchange) && title.includes('access token') ? 'access' : mixedUp;
  const tokenType = answer.token_type === 'refresh_token' ? 'refresh' : undefined;
  const kind = known?.kind ?? tokenType ?? swapped ?? (use === 'access' ? 'access' : 'refresh');
  const named = clientIdOf(request);
  const isOther = HINTS.otherClient.test(title);
  const another = facts.clients.find(({ publicClient, id }) => publicClient && id !== named)?.id;
  const confidential = facts.clients.find(({ publicClient }) => !publicClient)?.id;
  // A new password ends the tokens of public clients.
  const outlives = hasNewPassword(exchange) && !saysUnknown(exchange);
  const isConfidential = HINTS.confidential.test(title) || outlives;
  const needsSecret =
    isRefusedBy(exchange, 116) || (named === undefined && isConfidential) ? confidential : undefined;
  const told = typeof answer.client_id === 'string' ? answer.client_id : undefined;
  const clientId =
    known?.clientId ?? told ?? needsSecret ?? (isOther ? another : named) ?? facts.clients[0]?.id ?? '';
  const hinted =
    isOther ||
    isDeleted(exchange) ||
    hasNewPassword(exchange) ||
    [HINTS.again, HINTS.destroyed, HINTS.expired].some((hint) => hint.test(title));
  const mismatch =
    swapped !== undefined || (known !== undefined && (known.kind !== use || clientId !== named));
  if (saysUnknown(exchange) && !hinted && !mismatch) return;
  const authorization = {
    ...(use === 'id' ? { id: token } : { token }),
    clientId,
    uid: account.uid,
    scope: scopeOf(exchange, known?.scope, kind),
  };
  if (kind === 'refresh') {
    running.store.tokens.addRefreshToken(authorization);
    return;
  }
  const expired = title.includes('expired') || /"errno":115|Expired/.test(exchange.response.body);
  const createdAt = Date.now() - (expired ? OLD_MS : 0);
  const remembered = authenticationOf(facts, token);
  const authentication = remembered && { ...remembered, authAt: Math.floor(createdAt / 1000) };
  const life = expired ? 1 : 21_900;
  running.store.tokens.addAccessToken({ ...authorization, authentication, life, createdAt });
}

function scopeOf(exchange: Exchange, known: string | undefined, kind: string): string {
  const answer = answerOf(exchange);
  const wanted = parametersOf(exchange.request).scope;
  if (kind === 'refresh' && exchange.request.path.endsWith('/token')) {
    if (known !== undefined) return known;
    if (exchange.response.status !== 200) return REFUSED_SCOPE;
    return typeof answer.scope === 'string' && wanted === undefined
      ? `${answer.scope} openid`
      : `profile openid ${wanted ?? ''}`;
  }
  const told = Array.isArray(answer.scope) ? answer.scope.join(' ') : answer.scope;
  return known ?? (typeof told === 'string' ? told : scopeShownBy(exchange, answer));
}

/** Seeds the code of a request, unless the server did not know it. */
export function seedCode({ facts, exchange, running }: Ground, account: Account, code: string): void {
  const { request, title } = exchange;
  const { code_verifier: verifier } = parametersOf(request);
  const named = clientIdOf(request) ?? '';
  const refusedBy = (...numbers: readonly number[]) => isRefusedBy(exchange, ...numbers);
  if (refusedBy(105, 172) && !HINTS.again.test(title)) return;
  const answer = answerOf(exchange);
  const another = facts.clients.find(({ id, publicClient }) => publicClient && id !== named)?.id;
  const clientId = facts.tokens.get(code)?.clientId ?? (refusedBy(106, 173) ? another : named) ?? '';
  const isPublic = facts.clients.find(({ id }) => id === clientId)?.publicClient !== false;
  const fits = verifier !== undefined && !refusedBy(117, 175, 106, 173);
  // The auth server has another meaning for 107.
  const expired = refusedBy(174) || (refusedBy(107) && 'expiredAt' in answer);
  running.store.tokens.addCode({
    code,
    clientId,
    uid: account.uid,
    scope: typeof answer.scope === 'string' ? answer.scope : 'profile',
    offline: !('access_token' in answer) || 'refresh_token' in answer,
    authAt: Number(answer.auth_at ?? Math.floor(Date.now() / 1000)),
    ...authenticationIn(answer.id_token),
    createdAt: Date.now() - (expired ? OLD_MS : 0),
    ...(isPublic ? { codeChallenge: challengeOf(fits ? verifier : 'the verifier of another attempt') } : {}),
    ...(typeof answer.keys_jwe === 'string' ? { keysJwe: answer.keys_jwe } : {}),
  });
}
