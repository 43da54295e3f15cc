// The state that a recorded request met, derived from the request itself and from what its answer and its title presuppose.
// Only the state is seeded so: every answer is computed by the mock server's own rules.
import { createHash } from 'node:crypto';
import { confirmSecondStep, newTotpSecret } from '../../src/mock-accounts/auth/totp.ts';
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import type { Exchange, RecordedRequest } from './exchange.ts';
import { answerOf, bearerOf, claimsIn, clientIdOf, type Facts, parametersOf } from './facts.ts';
import { requestWithPicture, seedPictures } from './pictures.ts';
import { scopeShownBy } from './shown-scope.ts';

export interface Scene {
  readonly facts: Facts;
  readonly exchange: Exchange;
  readonly running: RunningMockServer;
  /** Obtains a JWT access token with the claims of a recorded one, which other keys have signed. */
  issueJwt(recorded: string): Promise<string>;
}

/** Requests in order; the answer to the last is the one that is compared. */
export type Requests = readonly [...RecordedRequest[], RecordedRequest];

const PASSWORD = 'recorded password';
/** Seconds and milliseconds of tokens and codes that are long over. */
const OLD_MS = 3_600_000;

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');

/** What the titles say of a state that neither the request nor the answer shows. */
const HINTS = {
  again: /\b(?:again|twice)\b/,
  destroyed: /destroyed/,
  expired: /expired/,
  otherClient: /another client|of another|other client/,
  passwordChanged: /after a change of password|after a password change/,
  passwordReset: /after a reset|reset of (?:the )?password$/,
  afterWrong: /after a wrong/,
  twoSteps: /two.steps?/,
};

/** Whether the person's account is deleted before the request: the title tells when, the section or the title of what. */
const isDeleted = ({ section, title }: Exchange) =>
  /account (?:was |is )?deleted/i.test(`${section} ${title}`) && /\bafter\b/.test(title);

/** Whether the account has two-step sign-in. */
const isTwoStep = (exchange: Exchange) =>
  HINTS.twoSteps.test(exchange.title) || answerOf(exchange).twoFactorAuthentication === true;

function addAccounts({ facts, exchange, running }: Scene): Account {
  const answer = answerOf(exchange);
  const token = parametersOf(exchange.request).token ?? bearerOf(exchange.request);
  const told = answer.uid ?? answer.sub ?? answer.user ?? facts.tokens.get(token)?.uid;
  const uid = String(told ?? claimsIn(token)?.sub ?? facts.uid);
  const signingIn = exchange.response.body.includes('"errno":102,')
    ? undefined
    : parametersOf(exchange.request).email;
  const email = typeof answer.email === 'string' ? answer.email : signingIn;
  const account = running.store.accounts.add({
    uid,
    email: email ?? facts.emails.get(uid) ?? 'ada.recorded@example.com',
    password: PASSWORD,
    locale: '*',
    ...(isTwoStep(exchange) ? { totpSecret: newTotpSecret() } : {}),
  });
  const { displayName } = answer;
  if (typeof displayName === 'string') account.displayName = displayName;
  seedPictures(running.store, account, exchange);
  return account;
}

/** Whether the answer says that the server does not know the token, or no longer. */
const saysUnknown = ({ response: { body } }: Exchange) =>
  /"errno":(?:108|110|115)[,}]|"active":false\}|(?:Invalid|Expired) token/.test(body);

function seedToken(scene: Scene, account: Account, token: string, use: 'access' | 'refresh' | 'id'): void {
  const { facts, exchange, running } = scene;
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
  const another = facts.clients.find(({ id, publicClient }) => publicClient && id !== named)?.id;
  const confidential = facts.clients.find(({ publicClient }) => !publicClient)?.id;
  const needsSecret = exchange.response.body.includes('"errno":116') ? confidential : undefined;
  const told = typeof answer.client_id === 'string' ? answer.client_id : undefined;
  const clientId =
    known?.clientId ?? told ?? needsSecret ?? (isOther ? another : named) ?? facts.clients[0]?.id ?? '';
  const hinted =
    isOther ||
    isDeleted(exchange) ||
    [HINTS.again, HINTS.destroyed, HINTS.expired, HINTS.passwordChanged, HINTS.passwordReset].some((hint) =>
      hint.test(title),
    );
  const mismatch =
    swapped !== undefined || (known !== undefined && (known.kind !== use || clientId !== named));
  if (saysUnknown(exchange) && !hinted && !mismatch) return;
  const authorization = {
    ...(use === 'id' ? { id: token } : { token }),
    clientId,
    uid: account.uid,
    scope: scopeOf(scene, known?.scope, kind),
  };
  if (kind === 'refresh') {
    running.store.tokens.addRefreshToken(authorization);
    return;
  }
  const expired = title.includes('expired') || /"errno":115|Expired/.test(exchange.response.body);
  const createdAt = Date.now() - (expired ? OLD_MS : 0);
  running.store.tokens.addAccessToken({ ...authorization, life: expired ? 1 : 21_900, createdAt });
}

function scopeOf({ exchange }: Scene, known: string | undefined, kind: string): string {
  const answer = answerOf(exchange);
  const wanted = parametersOf(exchange.request).scope;
  if (kind === 'refresh' && exchange.request.path.endsWith('/token')) {
    if (known !== undefined) return known;
    const invalid = (answer.invalidScopes ?? []) as readonly string[];
    if (exchange.response.status !== 200) return invalid.length > 0 ? 'profile openid' : 'openid profile';
    return typeof answer.scope === 'string' && wanted === undefined
      ? `${answer.scope} openid`
      : `profile openid ${wanted ?? ''}`;
  }
  const told = Array.isArray(answer.scope) ? answer.scope.join(' ') : answer.scope;
  return known ?? (typeof told === 'string' ? told : scopeShownBy(exchange, answer));
}

function seedCode({ facts, exchange, running }: Scene, account: Account, code: string): void {
  const { request, response, title } = exchange;
  const { code_verifier: verifier, client_id: named = '' } = parametersOf(request);
  const refusedBy = (...numbers: number[]) =>
    numbers.some((errno) => response.body.includes(`"errno":${errno},`));
  if (refusedBy(105, 172) && !HINTS.again.test(title)) return;
  const answer = answerOf(exchange);
  const another = facts.clients.find(({ id, publicClient }) => publicClient && id !== named)?.id;
  const clientId = facts.tokens.get(code)?.clientId ?? (refusedBy(106, 173) ? another : named) ?? '';
  const isPublic = facts.clients.find(({ id }) => id === clientId)?.publicClient !== false;
  const fits = verifier !== undefined && !refusedBy(117, 175, 106, 173);
  const claims = typeof answer.id_token === 'string' ? claimsIn(answer.id_token) : undefined;
  running.store.tokens.addCode({
    code,
    clientId,
    uid: account.uid,
    scope: typeof answer.scope === 'string' ? answer.scope : 'profile',
    offline: !('access_token' in answer) || 'refresh_token' in answer,
    authAt: Number(answer.auth_at ?? Math.floor(Date.now() / 1000)),
    amr: (claims?.amr ?? ['pwd', 'email']) as readonly string[],
    aal: Number(claims?.['fxa-aal'] ?? 1),
    createdAt: Date.now() - (refusedBy(107, 174) && !refusedBy(109) && 'expiredAt' in answer ? OLD_MS : 0),
    ...(isPublic ? { codeChallenge: challengeOf(fits ? verifier : 'the verifier of another attempt') } : {}),
    ...(typeof answer.keys_jwe === 'string' ? { keysJwe: answer.keys_jwe } : {}),
  });
}

const SESSION_PATHS = /^\/v1\/(?:oauth\/authorization|account\/scoped-key-data)$/;

/** Requests of a signed-in person were recorded without their signature: a session takes its place. */
function withSession(scene: Scene, account: Account, request: RecordedRequest): RecordedRequest {
  const { exchange, running } = scene;
  if (!SESSION_PATHS.test(request.path) || request.method !== 'POST') return request;
  if (exchange.response.body.includes('"errno":110,')) {
    return { ...request, headers: { ...request.headers, authorization: `Bearer ${'0'.repeat(64)}` } };
  }
  const session = running.store.sessions.open(account.uid);
  if (account.totpSecret !== undefined && /of two steps|two-step session/.test(exchange.title)) {
    confirmSecondStep(session);
  }
  return {
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${session.token}` },
  };
}

/** The request with JWT access tokens that the mock server has issued, valid or forged as the recorded ones were. */
async function withOwnJwt(scene: Scene, request: RecordedRequest): Promise<RecordedRequest> {
  const recorded = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(request.headers.authorization ?? request.body)?.[0];
  if (recorded === undefined || claimsIn(recorded)?.client_id === undefined) return request;
  const own = await scene.issueJwt(recorded);
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

/** Seeds the state of an exchange, and returns the requests to send. */
export async function prepare(scene: Scene): Promise<Requests> {
  const { exchange } = scene;
  const { title } = exchange;
  const account = addAccounts(scene);
  const given = parametersOf(exchange.request);
  const request = withSession(scene, account, requestWithPicture(exchange));
  const opaque = (value: string | undefined): value is string => /^[0-9a-f]{64}$/i.test(value ?? '');
  const bearer = bearerOf(exchange.request);
  const access = given.access_token ?? given.token;
  const hint = given.token_type_hint === 'refresh_token' ? 'refresh' : 'access';
  if (opaque(bearer)) seedToken(scene, account, bearer, 'access');
  if (opaque(access)) seedToken(scene, account, access, hint);
  if (opaque(given.refresh_token)) seedToken(scene, account, given.refresh_token, 'refresh');
  if (opaque(given.refresh_token_id)) seedToken(scene, account, given.refresh_token_id, 'id');
  if (opaque(given.code)) seedCode(scene, account, given.code);
  const sent = await withOwnJwt(scene, request);
  applyEvents(scene, account);
  const before: RecordedRequest[] = [];
  if (HINTS.again.test(title)) before.push(sent);
  if (title.includes('after a wrong') && given.code_verifier !== undefined) {
    before.push({ ...sent, body: sent.body.replace(given.code_verifier, 'w'.repeat(43)) });
  }
  if (title.includes('destroyed') && saysUnknown(exchange)) before.push(destroying(sent));
  const attempt = Number(/number (\d+)$/.exec(title)?.[1] ?? 1);
  return [...before, ...Array.from({ length: attempt - 1 }, () => sent), sent];
}

/** Destroys the token that a request carries. */
function destroying(request: RecordedRequest): RecordedRequest {
  const { refresh_token: refresh, token } = parametersOf(request);
  const body = refresh === undefined ? { token: token ?? bearerOf(request) } : { refresh_token: refresh };
  return {
    method: 'POST',
    path: '/v1/destroy',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
