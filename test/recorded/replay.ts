// Replays one recorded exchange at a mock server of its own that knows what the real servers knew then.
import type { Era } from '../../src/mock-accounts/era.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import { signAccessToken } from '../../src/mock-accounts/oauth/jwt-access-token.ts';
import { s256 } from '../../src/mock-accounts/store/random.ts';
import { type Exchange, type RecordedRequest, type RecordedResponse, send } from './exchange.ts';
import { claimsIn, type Facts, readFacts } from './facts.ts';
import { prepare } from './seeds.ts';

const keys = createKeys(Date.now);
const JWT_VERIFIER = 'v'.repeat(43);

/** The usual port of each server, by a path that only it answers. */
const PORTS: readonly (readonly [path: RegExp, port: string])[] = [
  [/^\/v1\/(?:profile|uid|email|display_name|avatar)/, '1111'],
  [/^\/a\//, '1112'],
  [/^\/(?:\.well-known|authorization|metrics-flow)/, '3030'],
  [/^\/v1\/(?:account|session|oauth)\//, '9000'],
  [/^\/v1\/(?:token|verify|introspect|destroy|jwks|client)/, '9010'],
];

const hostOf = ({ request }: Exchange) => request.headers.host ?? '';

/** The Host headers of a recording, each with the port under which the mock server knows that server. */
export function readHosts(exchanges: readonly Exchange[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const exchange of exchanges) {
    // A path that does not exist tells nothing of the server that was asked.
    if (exchange.response.status === 404) continue;
    const port = PORTS.find(([path]) => path.test(exchange.request.path))?.[1];
    if (port !== undefined && !found.has(hostOf(exchange))) found.set(hostOf(exchange), `127.0.0.1:${port}`);
  }
  return found;
}

export interface Recording {
  readonly facts: Facts;
  readonly hosts: ReadonlyMap<string, string>;
}

/** What the exchanges of a recording tell of each other. */
export function readRecording(exchanges: readonly Exchange[]): Recording {
  return { facts: readFacts(exchanges), hosts: readHosts(exchanges) };
}

/** Obtains a JWT access token by a code of the recorded client, with the recorded life and audience. */
async function issueJwt(running: RunningMockServer, recorded: string): Promise<string> {
  const claims = claimsIn(recorded) ?? {};
  const clientId = String(claims.client_id);
  const { code } = running.store.tokens.addCode({
    clientId,
    uid: String(claims.sub),
    scope: String(claims.scope),
    offline: false,
    authAt: Math.floor(Date.now() / 1000),
    amr: ['pwd', 'email'],
    aal: 1,
    codeChallenge: s256(JWT_VERIFIER),
  });
  const { body } = await send(Number(new URL(running.origin).port), {
    method: 'POST',
    path: '/v1/oauth/token',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_id: clientId,
      grant_type: 'authorization_code',
      code,
      code_verifier: JWT_VERIFIER,
      ttl: Number(claims.exp) - Number(claims.iat),
      ...(Array.isArray(claims.aud) ? { resource: claims.aud[1] as unknown } : {}),
    }),
  });
  return String((JSON.parse(body) as { access_token?: string }).access_token);
}

/** Signs a JWT access token that is over: the claims are those of a recorded one, but for the instants. */
async function expiredJwt({ context }: RunningMockServer, recorded: string): Promise<string> {
  const { client_id: clientId, sub, scope, exp, iat } = claimsIn(recorded) ?? {};
  const life = Number(exp) - Number(iat);
  const then = { ...context, now: () => Date.now() - 2 * life * 1000 };
  const authorization = { clientId: String(clientId), uid: String(sub), scope: String(scope) };
  return (await signAccessToken(then, authorization, { life, profileChangedAt: 0 })).jwt;
}

/** What a profile is known by differs from run to run, so where the recorded one was known, the current one is. */
async function withCurrentVersion(
  sendHere: (request: RecordedRequest) => Promise<RecordedResponse>,
  exchange: Exchange,
  request: RecordedRequest,
): Promise<RecordedRequest> {
  if (exchange.response.status !== 304) return request;
  const { 'if-none-match': tag, 'if-modified-since': instant, ...headers } = request.headers;
  const { headers: answered } = await sendHere({ ...request, headers });
  const known = {
    ...(tag === undefined ? {} : { 'if-none-match': answered.etag ?? '' }),
    ...(instant === undefined ? {} : { 'if-modified-since': answered['last-modified'] ?? '' }),
  };
  return { ...request, headers: { ...headers, ...known } };
}

/** Runs `use` with a mock server that has the clients of the recording. */
export async function withServer<T>(
  era: Era,
  { facts }: Recording,
  use: (running: RunningMockServer) => Promise<T>,
): Promise<T> {
  const running = await startMockServer({ era, keys, clients: facts.clients, metricsFlowOrigins: [] });
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}

/** Sends the request of an exchange, after what it presupposes, and returns the answer. */
export function replay(era: Era, recording: Recording, exchange: Exchange): Promise<RecordedResponse> {
  const { facts, hosts } = recording;
  return withServer(era, recording, async (running) => {
    const port = Number(new URL(running.origin).port);
    const sendHere = (request: RecordedRequest) => {
      const host = hosts.get(request.headers.host ?? '');
      const headers = host === undefined ? request.headers : { ...request.headers, host };
      return send(port, { ...request, headers });
    };
    const scene = {
      facts,
      exchange,
      running,
      issueJwt: (token: string, isExpired: boolean) =>
        isExpired ? expiredJwt(running, token) : issueJwt(running, token),
      send: sendHere,
    };
    return sendHere(await withCurrentVersion(sendHere, exchange, await prepare(scene)));
  });
}
