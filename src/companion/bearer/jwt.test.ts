// JWT access tokens, and the other tokens Mozilla accounts signs with the same keys.
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';
import { Refusal } from '../security-events/refusal.ts';
import { LONGEST_LIFE } from './evictions.ts';
import { checking, client, nameOf, NOW, ORIGIN, problem, UID } from './testing/fakes.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const strange = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWT_CLIENT = client({ jwt: true });
const { clientId } = JWT_CLIENT;
const seconds = NOW / 1000;
const CLAIMS = {
  iss: ORIGIN,
  aud: clientId,
  client_id: clientId,
  sub: UID,
  scope: 'profile',
  iat: seconds - 60,
  exp: seconds + 600,
  jti: 'ee'.repeat(32),
};

let lookUp: (kid: string) => Promise<typeof keys.publicKey>;
beforeEach(() => {
  lookUp = (kid) => (kid === 'k1' ? Promise.resolve(keys.publicKey) : Promise.reject(new Refusal('key')));
});
const findKey = (kid: string) => lookUp(kid);

function sign(
  claims: Record<string, unknown> = {},
  header: object = {},
  key = keys.privateKey,
): Promise<string> {
  const protectedHeader = { alg: 'RS256', typ: 'at+JWT', kid: 'k1', ...header };
  return new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader(protectedHeader).sign(key);
}
const setup = (more: object = {}) => checking({ clients: [JWT_CLIENT], findKey, ...more });
const vouching =
  (more: object = {}) =>
  () =>
    Response.json({ user: UID, client_id: clientId, scope: ['profile'], ...more });

describe('a JWT access token', () => {
  it.each([
    ['as it is', {}, {}],
    ['for a resource beside the client', { aud: [clientId, 'https://notes.example'] }, {}],
    ['of an issuer with a slash', { iss: `${ORIGIN}/` }, {}],
    ['of the long type', {}, { typ: 'application/at+jwt' }],
  ])('is verified locally: %s', async (_name, claims, header) => {
    const { check, accounts } = setup();
    expect(await check(await sign(claims, header))).toEqual({
      client: JWT_CLIENT,
      uid: UID,
      scope: 'profile',
      issuedAt: NOW - 60_000,
      expiresAt: NOW + 600_000,
    });
    expect(accounts.asked).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, object]>([
    ['an id_token', { at_hash: 'x', scope: undefined, client_id: undefined }, { typ: 'JWT' }],
    ['an id_token with everything else', {}, { typ: 'JWT' }],
    ['a token for a longer uid', { sub: `${UID}0` }, {}],
    ['a token for a uid after something else', { sub: `0${UID}` }, {}],
    ['a token for a list of uids', { sub: [UID] }, {}],
    [
      'a security event token',
      { events: { 'https://schemas.accounts.firefox.com/event/password-change': {} } },
      { typ: undefined },
    ],
    ['one with its type', { events: { x: {} } }, { typ: 'secevent+jwt' }],
    ['events in an access token', { events: {} }, {}],
    ['no type', {}, { typ: undefined }],
    ['a type that begins alike', {}, { typ: 'at+jwt2' }],
    ['another issuer', { iss: 'https://accounts.example' }, {}],
    ['another audience', { aud: 'https://notes.example' }, {}],
    ['no audience', { aud: undefined }, {}],
    ['another client', { client_id: 'b1b2c3d4e5f60002', aud: 'b1b2c3d4e5f60002' }, {}],
    ['another client, for this one', { client_id: 'b1b2c3d4e5f60002' }, {}],
    ['its end, to the second', { exp: seconds }, {}],
    ['no end', { exp: undefined }, {}],
    ['no beginning', { iat: undefined }, {}],
    ['no subject', { sub: undefined }, {}],
    ['a list for a scope', { scope: ['profile'] }, {}],
    ['an unknown key', {}, { kid: 'k2' }],
    ['no key', {}, { kid: undefined }],
  ])('is refused without a request: %s', async (_name, claims, header) => {
    const { check, accounts } = setup();
    accounts.answer = vouching();
    const token = await sign(claims, header);
    expect(await problem(check(token))).toMatchObject({ status: 401, error: 'invalid_token' });
    expect(await problem(check(token, { fresh: true }))).toMatchObject({ status: 401 });
    expect(accounts.asked).toEqual([]);
  });

  it('is refused with a foreign signature, or none', async () => {
    const { check } = setup();
    const good = await sign();
    const [head = '', body = '', tail = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none","typ":"at+jwt","kid":"k1"}').toString('base64url');
    const forged = [
      await sign({}, {}, strange.privateKey),
      `${head}.${body}.`,
      `${none}.${body}.`,
      `${head}.${body}.${tail}=`,
      `${good}.x`,
      `${head}.${body}`,
    ];
    for (const token of forged) expect((await problem(check(token))).status, token).toBe(401);
  });

  it('without the scope of its client is 403', async () => {
    expect((await problem(setup().check(await sign({ scope: 'openid' })))).status).toBe(403);
  });

  it('is neither accepted nor refused while keys are unavailable', async () => {
    const { check } = setup();
    lookUp = () => Promise.reject(new KeysUnavailable('keys_unreachable', 17));
    expect(await problem(check(await sign()))).toMatchObject({ status: 503, details: { retryAfter: 17 } });
    lookUp = () => Promise.resolve(keys.publicKey);
    expect(await check(await sign())).toMatchObject({ uid: UID });
  });
});

describe('a JWT is looked up at /v1/verify', () => {
  it.each([
    ['when a fresh check is requested', {}, {}, true],
    ['of a client not configured for JWTs', { clients: [client()] }, {}, false],
    ['when there is no key set', { findKey: undefined }, {}, false],
    ['that outlives all others', {}, { exp: seconds + LONGEST_LIFE / 1000 }, false],
  ])('%s', async (_name, options, claims, fresh) => {
    const { check, accounts } = setup(options);
    const token = await sign(claims);
    accounts.answer = vouching();
    expect(await check(token, { fresh })).toMatchObject({ uid: UID, issuedAt: NOW - 60_000 });
    expect(accounts.asked).toEqual([token]);
  });

  it.each([
    ['unknown', () => Response.json({ errno: 108 }, { status: 400 })],
    ['of another user', vouching({ user: 'cc'.repeat(16) })],
    ['of another client', vouching({ client_id: 'b1b2c3d4e5f60002' })],
  ])('and its word is final: %s', async (_name, answer) => {
    const { check, accounts } = setup();
    accounts.answer = answer;
    expect((await problem(check(await sign(), { fresh: true }))).status).toBe(401);
  });
});

it('a JWT of a server of the standards may name its user in any form, at FxA in FxA’s alone', async () => {
  const sub = 'urn:user:"Ada" <42>'.replaceAll(' ', '_');
  const endpoints = { ...mockServerEndpoints(ORIGIN), dialect: 'oauth2' } as const;
  const standard = setup({ endpoints: { current: () => endpoints } });
  expect(await standard.check(await sign({ sub }))).toMatchObject({ uid: sub });
  expect(await standard.check(await sign({ sub: 'x'.repeat(255) }))).toMatchObject({ uid: 'x'.repeat(255) });
  for (const bad of ['', 'x'.repeat(256), 'a b', 'a\n', 'é', 7])
    expect((await problem(standard.check(await sign({ sub: bad })))).status, String(bad)).toBe(401);
  expect((await problem(setup().check(await sign({ sub })))).status).toBe(401);
});

describe('after a change of password', () => {
  it('an earlier JWT is refused despite its valid signature', async () => {
    const { check, evict } = setup();
    const before = await sign();
    await check(before);
    evict(nameOf(UID, JWT_CLIENT), NOW - 30_000);
    expect(await problem(check(before))).toMatchObject({ status: 401, error: 'invalid_token' });
    expect(await check(await sign({ iat: seconds - 30 }))).toMatchObject({ uid: UID });
    expect(await check(await sign({ sub: 'be'.repeat(16) }))).toMatchObject({ uid: 'be'.repeat(16) });
  });

  it.each([0, 1, 499, 999])(
    'a JWT issued in the second of the event, %d ms into it, is accepted',
    async (ms) => {
      const { check, evict } = setup();
      evict(nameOf(UID, JWT_CLIENT), NOW - 10_000 + ms);
      expect(await check(await sign({ iat: seconds - 10 }))).toMatchObject({ uid: UID });
      expect((await problem(check(await sign({ iat: seconds - 12 })))).status).toBe(401);
    },
  );

  it('that could not be heard, an earlier JWT is looked up', async () => {
    const { check, accounts } = setup({ isDeaf: () => true });
    accounts.answer = () => Response.json({ errno: 108 }, { status: 400 });
    expect((await problem(check(await sign()))).status).toBe(401);
    expect(accounts.asked).toHaveLength(1);
  });

  it('an event that ends no tokens changes nothing', async () => {
    const { check, evict } = setup();
    evict(nameOf(UID, JWT_CLIENT), 0);
    expect(await check(await sign())).toMatchObject({ uid: UID });
  });
});
