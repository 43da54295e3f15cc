// Answers that must be rejected: each returns to the state before the attempt, with a reason of its own, and leaves
// nothing behind, here or at Mozilla accounts.
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, ERAS, type Harness } from './harness.ts';

type Change = (response: Response) => Promise<Response> | Response;

/** The network, with the answers of one path changed on the way. */
function tampering(path: string, change: Change): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    return String(input).endsWith(path) && response.ok ? change(response) : response;
  };
}

const rewritten =
  (change: (body: Record<string, unknown>) => Promise<void> | void): Change =>
  async (response) => {
    const body = (await response.json()) as Record<string, unknown>;
    await change(body);
    return Response.json(body);
  };

const { privateKey, publicKey } = await generateKeyPair('RS256');
const resign = (body: Record<string, unknown>, header: object, claims: object) => {
  const token = String(body.id_token);
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'RS256', ...header })
    .sign(privateKey);
};
/** Claims are judged after the signature, so a foreign claim needs a key of the server: put ours among them. */
const withOurKey =
  (claims: object): ((harness: Harness) => typeof fetch) =>
  () =>
  async (input, init) => {
    const response = await fetch(input, init);
    if (String(input).endsWith('/v1/jwks')) {
      const set = (await response.json()) as { keys: object[] };
      const ours = { ...(await exportJWK(publicKey)), kid: 'ours', alg: 'RS256', use: 'sig' };
      return Response.json({ keys: [...set.keys, ours] });
    }
    if (!String(input).endsWith('/v1/token') || !response.ok) return response;
    return rewritten(async (body) => {
      body.id_token = await resign(body, { kid: 'ours' }, claims);
    })(response);
  };
const token = (change: (body: Record<string, unknown>) => Promise<void> | void) => () =>
  tampering('/v1/token', rewritten(change));

const soon = Math.floor(Date.now() / 1000);

const TOKEN_ANSWERS: readonly (readonly [
  what: string,
  reason: string,
  network: (harness: Harness) => typeof fetch,
])[] = [
  ['an id_token of another issuer', 'id_token_issuer', withOurKey({ iss: 'https://evil.example' })],
  ['an id_token for another client', 'id_token_audience', withOurKey({ aud: 'ffffffffffffffff' })],
  ['an id_token out of date', 'id_token_expired', withOurKey({ iat: soon - 400_000, exp: soon - 399_700 })],
  [
    'an id_token for another access token',
    'id_token_hash',
    withOurKey({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  ],
  [
    'an id_token without signature',
    'id_token_algorithm',
    token((body) => {
      body.id_token = new UnsecuredJWT(decodeJwt(String(body.id_token))).encode();
    }),
  ],
  [
    'an id_token signed with HS256',
    'id_token_algorithm',
    token(async (body) => {
      const claims = decodeJwt(String(body.id_token));
      const { kid } = decodeProtectedHeader(String(body.id_token));
      const header = { alg: 'HS256', ...(kid !== undefined && { kid }) };
      body.id_token = await new SignJWT(claims).setProtectedHeader(header).sign(new Uint8Array(32));
    }),
  ],
  [
    'an id_token with an unknown kid',
    'id_token_key',
    token(async (body) => {
      body.id_token = await resign(body, { kid: 'nobody' }, {});
    }),
  ],
  [
    'an id_token with a wrong signature',
    'id_token_signature',
    token(async (body) => {
      body.id_token = await resign(body, {}, {});
    }),
  ],
  ['a malformed id_token', 'id_token_malformed', token((body) => void (body.id_token = 'nonsense'))],
  ['no id_token', 'id_token_missing', token((body) => void delete body.id_token)],
  ['no lifetime', 'token_response', token((body) => void delete body.expires_in)],
  ['another token type', 'token_response', token((body) => void (body.token_type = 'mac'))],
  ['no refresh token', 'token_response', token((body) => void delete body.refresh_token)],
];

const CALLBACKS: readonly (readonly [
  what: string,
  code: string,
  reason: string | undefined,
  change: (url: URL) => void,
])[] = [
  ['another state', 'state_mismatch', undefined, (url) => url.searchParams.set('state', 'forged')],
  ['no state', 'state_mismatch', undefined, (url) => url.searchParams.delete('state')],
  [
    'another issuer',
    'bad_response',
    'callback_issuer',
    (url) => url.searchParams.set('iss', 'https://evil.example'),
  ],
  [
    'another client',
    'bad_response',
    'callback_client',
    (url) => url.searchParams.set('client_id', 'f'.repeat(16)),
  ],
  ['no code', 'bad_response', 'callback_code', (url) => url.searchParams.delete('code')],
  [
    'two codes',
    'bad_response',
    'callback_duplicate',
    (url) => url.searchParams.append('code', 'a'.repeat(64)),
  ],
  ['another path', 'bad_response', 'callback_redirect', (url) => void (url.pathname = '/elsewhere')],
  ['another host', 'bad_response', 'callback_redirect', (url) => void (url.host = 'evil.example')],
  [
    'a code of another client',
    'bad_response',
    'code_refused',
    (url) => url.searchParams.set('code', 'a'.repeat(64)),
  ],
];

describe.each(ERAS)('with the servers of %s', (era) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await createHarness(era);
  });
  afterEach(() => harness.stop());

  /** Tries to sign in while already signed in, so that the state before can be lost. */
  async function refused(code: string, reason: string | undefined, { grantsLost = 0, tokensLost = 0 } = {}) {
    const before = harness.record().session;
    const grants = harness.liveGrants();
    await harness.session.signIn();
    harness.host.fetch = fetch;
    await harness.session.drainOutbox();

    const { attemptError, ...after } = harness.record().session as {
      attemptError?: { code: string; reason?: string };
    };
    expect([attemptError?.code, attemptError?.reason]).toEqual([code, reason]);
    expect(after).toEqual(before);
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(harness.host.windows.open).toEqual([]);
    expect(harness.stored()).not.toContain('lin@example.com');
    expect(harness.liveGrants()).toBe(grants + grantsLost);
    expect(harness.liveTokens()).toBe(1 + tokensLost);
    expect(harness.record().outbox).toEqual([]);
    expect(harness.host.reports).toEqual([]);
  }

  beforeEach(async () => {
    await harness.session.signIn();
    expect(harness.view().status).toBe('signedIn');
    harness.signsInAs('lin@example.com');
  });

  it.each(TOKEN_ANSWERS)('refuses a token answer with %s', async (what, reason, network) => {
    harness.host.fetch = network(harness);
    // Without the refresh token in the answer the grant can't be known here: the only one that can't be destroyed.
    await refused('bad_response', reason, what === 'no refresh token' ? { grantsLost: 1 } : {});
  });

  it.each(CALLBACKS)('refuses a callback with %s', async (_what, code, reason, change) => {
    harness.signsInAs('lin@example.com', change);
    await refused(code, reason);
  });

  it('refuses an HTML page as a token answer', async () => {
    const page = () => new Response('<!doctype html><title>Welcome to the airport</title>');
    harness.host.fetch = tampering('/v1/token', page);
    // The page replaced the answer that named grant and token.
    await refused('bad_response', 'not_json', { grantsLost: 1, tokensLost: 1 });
  });

  it('opens no window when the server doesn’t answer', async () => {
    const opened = harness.host.windows.opened;
    harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await refused('offline', undefined);
    expect(harness.host.windows.opened).toBe(opened);
  });
});
