// The OpenID Foundation's tests for relying parties (conformance suite, `oidcc-client-test-…`) for the code flow and for
// discovery, each under its own name. docs/standards.md lists them, and those that do not apply.
import { UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../integration/harness.ts';
import {
  JWKS,
  TOKEN,
  USERINFO,
  key,
  newKey,
  other,
  replay,
  signed,
  signedWithSecret,
  unnamed,
  withClaims,
  without,
  type Changes,
  type Claims,
  type Provider,
} from './provider.ts';

const ADA = 'ada@example.com';
const MALLORY = 'ba'.repeat(16);

const [elliptic, foreign] = await Promise.all([newKey('elliptic', 'ES256'), newKey('elliptic', 'ES256')]);

let harness: Harness;
let provider: Provider;
afterEach(() => harness.stop());

async function start(changes: Changes, options: { readonly custom?: boolean } = {}): Promise<void> {
  harness = await createHarness('next', options);
  provider = replay(harness, changes);
}

const alive = () => [harness.liveGrants(), harness.liveTokens()];

async function signsOut(): Promise<void> {
  await harness.session.signOut();
  await harness.session.drainOutbox();
  expect(alive()).toEqual([0, 0]);
}

/** Signs in, which works, and out. */
async function accepts(): Promise<void> {
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: ADA } });
  expect(harness.view().problem).toBeUndefined();
  expect(harness.liveGrants()).toBe(1);
  await signsOut();
}

/** Signs in, which fails: nothing of it is shown or kept, and what was issued is revoked. */
async function refuses(reason: string): Promise<void> {
  await harness.session.signIn();
  expect(harness.issued.length).toBeGreaterThan(0);
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'bad_response', reason } });
  expect(harness.view().account).toBeUndefined();
  await harness.session.drainOutbox();
  expect(alive()).toEqual([0, 0]);
  for (const trace of [ADA, ...harness.issued]) expect(harness.stored()).not.toContain(trace);
}

describe('the code flow', () => {
  it('oidcc-client-test', async () => {
    await start({});
    let address = '';
    const person = harness.host.simulatedUser;
    harness.host.simulatedUser = (url) => person((address = url));
    await accepts();
    const asked = Object.fromEntries(new URL(address).searchParams);
    expect(asked).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' });
    expect(asked.state).toMatch(/^[\w-]{43}$/);
    expect(asked.scope?.split(' ')).toContain('openid');
    const [exchange, ...more] = provider.sent(TOKEN);
    expect(more).toEqual([]);
    expect(exchange).toMatchObject({ method: 'POST', query: '', authorization: null });
    expect([...(exchange?.body.keys() ?? [])].sort()).toEqual(
      ['client_id', 'code', 'code_verifier', 'grant_type', 'redirect_uri'].sort(),
    );
    expect(exchange?.body.get('redirect_uri')).toBe(asked.redirect_uri);
  });

  it('oidcc-client-test-idtoken-sig-rs256', async () => {
    await start(signed());
    await accepts();
  });

  it('oidcc-client-test-kid-absent-single-jwks', async () => {
    await start({ keys: [unnamed(key)], idToken: (claims) => key.sign(claims, {}) });
    await accepts();
  });

  it('oidcc-client-test-ignores-unparseable-key-in-jwks', async () => {
    const unknown = [
      { kty: 'AKP', kid: 'later', alg: 'ML-DSA-0', pub: 'AAAA', use: 'sig' },
      { kty: 'made up', kid: 'odd', use: 'sig' },
    ];
    await start({ ...signed(), keys: [...unknown, key.jwk] });
    await accepts();
  });

  it.each<[module: string, reason: string, changes: Changes]>([
    ['oidcc-client-test-invalid-iss', 'id_token_issuer', withClaims({ iss: 'https://evil.example' })],
    ['oidcc-client-test-missing-sub', 'id_token_malformed', without('sub')],
    ['oidcc-client-test-invalid-aud', 'id_token_audience', withClaims({ aud: 'ffffffffffffffff' })],
    ['oidcc-client-test-missing-aud', 'id_token_audience', without('aud')],
    ['oidcc-client-test-missing-iat', 'id_token_malformed', without('iat')],
    [
      'oidcc-client-test-kid-absent-multiple-jwks',
      'id_token_key',
      { keys: [unnamed(other), unnamed(key)], idToken: (claims) => key.sign(claims, {}) },
    ],
    [
      'oidcc-client-test-idtoken-sig-none',
      'id_token_algorithm',
      { idToken: (claims) => new UnsecuredJWT(claims).encode() },
    ],
    [
      'oidcc-client-test-invalid-sig-rs256',
      'id_token_signature',
      { keys: [key.jwk], idToken: (claims) => other.sign(claims, { kid: 'one' }) },
    ],
    [
      'oidcc-client-test-invalid-sig-hs256',
      'id_token_algorithm',
      { keys: [key.jwk], idToken: (claims) => signedWithSecret(claims) },
    ],
    [
      'oidcc-client-test-invalid-sig-es256',
      'id_token_algorithm',
      { keys: [elliptic.jwk], idToken: (claims) => foreign.sign(claims) },
    ],
  ])('%s', async (_module, reason, changes) => {
    await start(changes);
    await refuses(reason);
    // The access token was not used for anything.
    expect(provider.sent(TOKEN)).toHaveLength(1);
    expect(provider.sent(USERINFO)).toEqual([]);
  });

  it('oidcc-client-test-userinfo-invalid-sub', async () => {
    await start({ userinfo: (claims) => ({ ...claims, sub: MALLORY }) });
    await refuses('profile');
    expect(harness.stored()).not.toContain(MALLORY);
  });

  it('oidcc-client-test-userinfo-bearer-header', async () => {
    await start({});
    await accepts();
    const [token] = harness.issued;
    expect(provider.sent(USERINFO)).toMatchObject([
      { method: 'GET', query: '', authorization: `Bearer ${token}` },
    ]);
    expect(provider.sent(USERINFO)[0]?.body.size).toBe(0);
  });

  it('oidcc-client-test-scope-userinfo-claims', async () => {
    await start({ userinfo: (claims) => ({ ...claims, displayName: 'Ada of the test' }) });
    await harness.session.signIn();
    expect(harness.view()).toMatchObject({ account: { email: ADA, displayName: 'Ada of the test' } });
    await signsOut();
  });
});

describe('configuration', () => {
  it('oidcc-client-test-discovery-openid-config', async () => {
    await start({}, { custom: true });
    await accepts();
    expect(provider.sent('/.well-known/openid-configuration').length).toBeGreaterThan(0);
    expect(provider.sent('/v1/token')).toEqual([]);
  });

  it('oidcc-client-test-discovery-jwks-uri-keys', async () => {
    const jwksPath = '/oidc/keys-of-this-run';
    const jwks_uri = () => `${harness.mock.origin}${jwksPath}`;
    await start({ jwksPath, discovery: (document) => ({ ...document, jwks_uri: jwks_uri() }) });
    await accepts();
    expect(provider.sent(jwksPath)).toHaveLength(1);
    expect(provider.sent(JWKS)).toEqual([]);
  });

  it('oidcc-client-test-discovery-issuer-mismatch', async () => {
    await start(
      { discovery: (document) => ({ ...document, issuer: 'https://evil.example' }) },
      { custom: true },
    );
    await harness.session.signIn();
    const problem = { code: 'bad_response', reason: 'discovery_issuer' };
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem });
    expect(harness.host.windows.opened).toBe(0);
    expect([harness.issued, alive()]).toEqual([[], [0, 0]]);
  });

  it('oidcc-client-test-signing-key-rotation', async () => {
    await start(signed());
    await accepts();
    Object.assign(provider.changes, { keys: [other.jwk], idToken: (claims: Claims) => other.sign(claims) });
    await accepts();
    expect(provider.sent(JWKS)).toHaveLength(2);
  });

  it('oidcc-client-test-signing-key-rotation-just-before-signing', async () => {
    await start(signed());
    await accepts();
    provider.changes.idToken = (claims) => {
      provider.changes.keys = [other.jwk];
      return other.sign(claims);
    };
    await accepts();
    expect(provider.sent(JWKS)).toHaveLength(2);
  });
});
