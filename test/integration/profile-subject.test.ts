// The profile must belong to the id_token's subject, at sign-in and later; no other profile is ever shown.
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, ERAS, type Harness } from './harness.ts';

const MALLORY = { uid: 'ba'.repeat(16), sub: 'ba'.repeat(16), email: 'mallory@example.com' };
type Fields = Record<string, unknown>;

let harness: Harness;
afterEach(() => harness.stop());

/** The profile server's answers, changed on the way. */
function profileSays(change: (profile: Fields) => Fields): void {
  harness.host.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).endsWith('/v1/profile') || !response.ok) return response;
    return Response.json(change((await response.json()) as Fields));
  };
}

const OTHERS: readonly (readonly [what: string, change: (profile: Fields) => Fields])[] = [
  ['of another account', (profile) => ({ ...profile, ...MALLORY })],
  ['with another uid', (profile) => ({ ...profile, ...MALLORY, sub: profile.sub })],
  ['with another sub', (profile) => ({ ...profile, ...MALLORY, uid: profile.uid })],
  [
    'of another account, without sub',
    ({ sub: _, ...profile }) => ({ ...profile, ...MALLORY, sub: undefined }),
  ],
];

describe.each(ERAS)('a profile in era %s', (era) => {
  it.each(OTHERS)('%s fails a sign-in, and its tokens are destroyed', async (_what, change) => {
    harness = await createHarness(era);
    const network = harness.host.fetch;
    profileSays(change);
    await harness.session.signIn();
    expect(harness.view()).toMatchObject({
      status: 'signedOut',
      problem: { code: 'bad_response', reason: 'profile' },
    });
    expect(harness.stored()).not.toContain(MALLORY.email);
    harness.host.fetch = network;
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
  });

  it.each(OTHERS)('%s is not shown later, and the session stays', async (_what, change) => {
    harness = await createHarness(era);
    await harness.session.signIn();
    const before = harness.view();
    profileSays(change);
    await harness.session.refreshProfile();
    expect(harness.view()).toMatchObject({
      status: 'signedIn',
      account: { email: 'ada@example.com' },
      problem: { code: 'bad_response', reason: 'profile' },
    });
    expect(harness.view().account?.uid).toBe(before.account?.uid);
    expect(harness.stored()).not.toContain(MALLORY.email);
  });

  it('of another account is not shown after a sign-in without a profile', async () => {
    harness = await createHarness(era);
    harness.host.fetch = async (input, init) =>
      String(input).endsWith('/v1/profile') ? new Response('', { status: 502 }) : fetch(input, init);
    await harness.session.signIn();
    expect(harness.view()).toMatchObject({ status: 'signedIn', problem: { code: 'server_unavailable' } });
    profileSays((profile) => ({ ...profile, ...MALLORY }));
    await harness.session.refreshProfile();
    expect(harness.view().problem).toMatchObject({ code: 'bad_response', reason: 'profile' });
    expect(harness.stored()).not.toContain(MALLORY.email);
  });
});

describe('a client with pairwise subjects', () => {
  const PAIRWISE = 'ee'.repeat(16);
  const signsInPairwise = async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const ours = { ...(await exportJWK(publicKey)), kid: 'ours', alg: 'RS256', use: 'sig' };
    harness.host.fetch = async (input, init) => {
      const response = await fetch(input, init);
      const path = new URL(String(input)).pathname;
      if (path === '/v1/jwks') return Response.json({ keys: [ours] });
      const body = response.ok && path === '/v1/token' ? ((await response.json()) as Fields) : undefined;
      if (body === undefined) return response;
      if (typeof body.id_token !== 'string') return Response.json(body);
      const claims = { ...decodeJwt(body.id_token), sub: PAIRWISE };
      const header = { ...decodeProtectedHeader(body.id_token), alg: 'RS256', kid: 'ours' };
      const signed = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      return Response.json({ ...body, id_token: signed });
    };
    await harness.session.signIn();
  };

  it('signs in, and accepts only the account of its first profile', async () => {
    harness = await createHarness('today', { pairwiseSubjects: true });
    await signsInPairwise();
    const { status, account } = harness.view();
    expect([status, account?.email]).toEqual(['signedIn', 'ada@example.com']);
    expect(harness.mock.store.accounts.byEmail('ada@example.com')?.uid).toBe(account?.uid);
    profileSays((profile) => ({ ...profile, ...MALLORY }));
    await harness.session.refreshProfile();
    expect(harness.view().account).toMatchObject({ email: 'ada@example.com' });
    expect(harness.stored()).not.toContain(MALLORY.email);
  });

  it('is refused by a build for clients without them', async () => {
    harness = await createHarness('today');
    await signsInPairwise();
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { reason: 'profile' } });
  });
});
