// The state that a recorded request met, derived from the request itself and from what its answer and its title presuppose.
// Only the state is seeded so: every answer is computed by the mock server's own rules.
import { confirmSecondStep } from '../../src/mock-accounts/auth/totp.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import type { RecordedRequest, RecordedResponse } from './exchange.ts';
import { bearerOf, claimsIn, parametersOf } from './facts.ts';
import { HINTS, isDeleted, isRefusedBy, saysUnknown } from './hints.ts';
import { requestWithPicture } from './pictures.ts';
import { seedAccount } from './seed-account.ts';
import { type Ground, seedCode, seedToken } from './seed-tokens.ts';

export interface Scene extends Ground {
  /** Obtains a JWT access token with the claims of a recorded one, which other keys have signed; or one long over. */
  issueJwt(recorded: string, isExpired: boolean): Promise<string>;
  /** Sends a request to the mock server. */
  send(request: RecordedRequest): Promise<RecordedResponse>;
}

const SESSION_PATHS = /^\/v1\/(?:oauth\/authorization|account\/scoped-key-data)$/;

/** Requests of a signed-in person were recorded without their signature: a session takes its place. */
function withSession(
  { exchange, running }: Scene,
  account: Account,
  request: RecordedRequest,
): RecordedRequest {
  if (!SESSION_PATHS.test(request.path) || request.method !== 'POST') return request;
  const withBearer = (token: string) => ({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${token}` },
  });
  if (isRefusedBy(exchange, 110)) return withBearer('0'.repeat(64));
  const session = running.store.sessions.open(account.uid);
  const isConfirmed =
    exchange.response.status === 200 || /of two steps|two-step session/.test(exchange.title);
  if (account.totpSecret !== undefined && isConfirmed) confirmSecondStep(session);
  return withBearer(session.token);
}

/** The request with JWT access tokens that the mock server has issued, valid or forged as the recorded ones were. */
async function withOwnJwt(scene: Scene, request: RecordedRequest): Promise<RecordedRequest> {
  const recorded = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(request.headers.authorization ?? request.body)?.[0];
  if (recorded === undefined || claimsIn(recorded)?.client_id === undefined) return request;
  const own = await scene.issueJwt(recorded, HINTS.expired.test(scene.exchange.title));
  const forged = /forged|tampered|signature/.test(scene.exchange.title);
  const token = forged ? own.replace(/.{8}$/, 'AAAAAAAA') : own;
  const { authorization } = request.headers;
  return {
    ...request,
    body: request.body.replace(recorded, token),
    headers: {
      ...request.headers,
      ...(authorization === undefined ? {} : { authorization: authorization.replace(recorded, token) }),
    },
  };
}

/** Has happen to the account what the title says has happened. */
function applyEvents({ exchange, running }: Scene, account: Account): void {
  if (HINTS.passwordChanged.test(exchange.title)) running.store.changePassword(account, 'another password');
  if (HINTS.passwordReset.test(exchange.title)) running.store.resetPassword(account, 'another password');
  if (isDeleted(exchange)) running.store.deleteAccount(account.uid);
}

function seedTokens(scene: Scene, account: Account): void {
  const { request } = scene.exchange;
  const given = parametersOf(request);
  const opaque = (value: string | undefined): value is string => /^[0-9a-f]{64}$/i.test(value ?? '');
  const bearer = bearerOf(request);
  const access = given.access_token ?? given.token;
  const hint = given.token_type_hint === 'refresh_token' ? 'refresh' : 'access';
  if (opaque(bearer)) seedToken(scene, account, bearer, 'access');
  if (opaque(access)) seedToken(scene, account, access, hint);
  if (opaque(given.refresh_token)) seedToken(scene, account, given.refresh_token, 'refresh');
  if (opaque(given.refresh_token_id)) seedToken(scene, account, given.refresh_token_id, 'id');
  if (opaque(given.code)) seedCode(scene, account, given.code);
}

/** More than any server lets through. */
const TOO_OFTEN = 10;

/** How often the request was sent before, as the title counts; one that came too often was sent as often as it takes. */
function attemptsBefore({ exchange: { title, response } }: Scene): number {
  const counted = /(?:number|attempt) (\d+)/.exec(title)?.[1];
  if (counted !== undefined) return Number(counted) - 1;
  return response.status === 429 ? TOO_OFTEN : 0;
}

/** Seeds the state of an exchange, sends what came before its request, and returns the request. */
export async function prepare(scene: Scene): Promise<RecordedRequest> {
  const { exchange } = scene;
  const { title } = exchange;
  const account = seedAccount(scene.facts, exchange, scene.running);
  const request = withSession(scene, account, requestWithPicture(exchange));
  seedTokens(scene, account);
  const sent = await withOwnJwt(scene, request);
  // A profile that outlives its account is one that the server still has in its cache.
  if (isDeleted(exchange) && sent.path === '/v1/profile' && exchange.response.status === 200)
    await scene.send(sent);
  applyEvents(scene, account);
  if (HINTS.again.test(title)) await scene.send(sent);
  const { code_verifier: verifier } = parametersOf(sent);
  if (HINTS.afterWrong.test(title) && verifier !== undefined) {
    await scene.send({ ...sent, body: sent.body.replace(verifier, 'w'.repeat(43)) });
  }
  if (HINTS.destroyed.test(title) && saysUnknown(exchange)) await scene.send(destroying(scene, sent));
  for (let attempt = attemptsBefore(scene); attempt > 0; attempt -= 1) await scene.send(sent);
  return sent;
}

/** Destroys the token that a request carries. */
function destroying({ facts, exchange: { title } }: Scene, request: RecordedRequest): RecordedRequest {
  const { refresh_token: refresh, token = bearerOf(request) } = parametersOf(request);
  const titled = title.includes('refresh token') && !title.includes('access token') ? 'refresh' : 'access';
  const isRefresh = (facts.tokens.get(token)?.kind ?? titled) === 'refresh';
  const body = refresh === undefined && !isRefresh ? { token } : { refresh_token: refresh ?? token };
  return {
    method: 'POST',
    path: '/v1/destroy',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
