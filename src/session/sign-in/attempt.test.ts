// What each kind of attempt asks Mozilla accounts for, parameter by parameter, and what it keeps to finish.
import { expect, it } from 'vitest';
import { createHost } from '../../../test/harness/host.ts';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import type { Context } from '../context.ts';
import { ALARMS } from '../state/storage-items.ts';
import { prepareAttempt, scheduleWatchdog, type AttemptOptions } from './attempt.ts';

const clientId = 'a1b2c3d4e5f60001';
const redirectUri = 'https://extension.example/';
const point = Buffer.alloc(32, 1).toString('base64url');
const publicJwk = JSON.stringify({ kty: 'EC', crv: 'P-256', x: point, y: point });
const keyPair = {
  keysJwk: Buffer.from(publicJwk).toString('base64url'),
  privateJwk: { kty: 'EC', d: 'private' },
};

function contextWith(session: object, config: object): Context {
  return {
    ports: { keys: { newKeyRequest: () => Promise.resolve(keyPair) } },
    config: { scope: 'openid profile', ...config },
    store: { read: () => Promise.resolve({ session }) },
    deployment: () => Promise.resolve({ clientId, endpoints: mockServerEndpoints('http://127.0.0.1:9') }),
    http: () => undefined,
  } as unknown as Context;
}

const account = { subject: 'ada', profile: { uid: 'ada', email: 'ada@example.com' } };
const SIGNED_OUT = { status: 'signedOut' };
const ENDED = { status: 'needsReauth', account };
const LIVE = { status: 'signedIn', account };
const email = 'typed@example.com';
const flow = { flowId: 'ab'.repeat(32), flowBeginTime: 1_700_000_000_000, deviceId: 'cd'.repeat(16) };
const metrics = { entrypoint: 'popup' };

type Case = [what: string, session: object, options: Partial<AttemptOptions>, sent: object, config?: object];
it.each<Case>([
  ['nothing more when signed out', SIGNED_OUT, {}, {}],
  ['nothing more beside a live session', LIVE, {}, {}],
  ['the account of a session that ended', ENDED, {}, { login_hint: 'ada@example.com' }],
  ['no account where the one that ended had no profile', { ...ENDED, account: { subject: 'ada' } }, {}, {}],
  ['the typed address', ENDED, { email }, { action: 'email', email }],
  ['account and password', ENDED, { forceLogin: true }, { prompt: 'login' }],
  [
    'the password of a typed address',
    ENDED,
    { forceLogin: true, email },
    { prompt: 'login', action: 'email', email },
  ],
  ['the one account that may sign in', LIVE, { account: 'ada' }, { login_hint: 'ada@example.com' }],
  ['no account, where that one has signed out', SIGNED_OUT, { account: 'ada' }, {}],
  [
    'the password of the one account that may sign in',
    LIVE,
    { forceLogin: true, account: 'ada' },
    { prompt: 'login', login_hint: 'ada@example.com' },
  ],
  ['the second step', SIGNED_OUT, { stepUp: 'first' }, { acr_values: 'AAL2' }],
  [
    'the second step again, with the password',
    SIGNED_OUT,
    { stepUp: 'again' },
    { acr_values: 'AAL2', prompt: 'login', max_age: '0' },
  ],
  ['further scopes, each once', SIGNED_OUT, { scope: 'profile extra' }, { scope: 'openid profile extra' }],
  ['keys, in a build that has them', SIGNED_OUT, {}, { keys_jwk: keyPair.keysJwk }, { keyScopes: ['key'] }],
  ['no keys, in a build whose list is empty', SIGNED_OUT, {}, {}, { keyScopes: [] }],
  ['its entry point', SIGNED_OUT, {}, { entrypoint: 'popup' }, { metrics }],
  [
    'its entry point and flow',
    SIGNED_OUT,
    { flow },
    {
      entrypoint: 'popup',
      flow_id: flow.flowId,
      flow_begin_time: '1700000000000',
      device_id: flow.deviceId,
    },
    { metrics },
  ],
  ['no flow, in a build without metrics', SIGNED_OUT, { flow }, {}],
])('an attempt asks for %s', async (_what, session, options, sent, config = {}) => {
  const context = contextWith(session, config);
  const { url, secrets } = await prepareAttempt(context, { id: 'a1', redirectUri, ...options });
  const { state, code_challenge, ...parameters } = Object.fromEntries(new URL(url).searchParams);
  expect(parameters).toEqual({
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile',
    access_type: 'offline',
    response_type: 'code',
    code_challenge_method: 'S256',
    ...sent,
  });
  const { account: demanded, stepUp } = options;
  const { codeVerifier, ...kept } = secrets;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier));
  expect(code_challenge).toBe(Buffer.from(digest).toString('base64url'));
  expect(kept).toStrictEqual({
    id: 'a1',
    redirectUri,
    state,
    scope: parameters.scope,
    ...(demanded !== undefined && { account: demanded }),
    ...(stepUp && { stepUp }),
    ...('keys_jwk' in sent && { privateJwk: keyPair.privateJwk }),
  });
});

it('an attempt asks for no keys where nothing can open them', async () => {
  const context = { ...contextWith(SIGNED_OUT, { keyScopes: ['key'] }), ports: {} } as Context;
  const { url } = await prepareAttempt(context, { id: 'a1', redirectUri });
  expect(new URL(url).searchParams.has('keys_jwk')).toBe(false);
});

it('an attempt is watched by an alarm in half a minute', async () => {
  const host = createHost({ now: () => 1000 });
  await scheduleWatchdog({ ports: host.start().ports } as Context);
  expect([...host.alarms]).toEqual([[ALARMS.attempt, 31_000]]);
});
