// The conformance suite's tests of a refresh (`oidcc-client-test-refresh-token…`), each under its own name: the
// id_token in the answer must be of the issuer, subject and client of the sign-in.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../integration/harness.ts';
import { TOKEN, USERINFO, replay, signed, withClaims, type Provider } from './provider.ts';

const ADA = 'ada@example.com';
const MALLORY = 'ba'.repeat(16);

let harness: Harness;
let provider: Provider;
beforeEach(async () => {
  harness = await createHarness('next');
  provider = replay(harness, signed());
  await harness.session.signIn();
});
afterEach(() => harness.stop());

async function signsOut(): Promise<void> {
  await harness.session.signOut();
  await harness.session.drainOutbox();
  expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
}

/** A fresh token; the last one is given up. */
async function refreshes() {
  const { token } = await harness.session.accessToken('profile');
  return harness.session.accessToken('profile', token);
}

describe('refreshing', () => {
  it('oidcc-client-test-refresh-token', async () => {
    const { token } = await refreshes();
    expect(provider.sent(TOKEN).at(-1)?.body.get('grant_type')).toBe('refresh_token');
    await harness.session.refreshProfile();
    expect(provider.sent(USERINFO).at(-1)?.authorization).toBe(`Bearer ${token}`);
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: ADA } });
    await signsOut();
  });

  it.each([
    ['oidcc-client-test-refresh-token-invalid-issuer', 'id_token_issuer', { iss: 'https://evil.example' }],
    ['oidcc-client-test-refresh-token-invalid-sub', 'id_token_subject', { sub: MALLORY }],
    ['oidcc-client-test-refresh-token-invalid-aud', 'id_token_audience', { aud: 'ffffffffffffffff' }],
    ['oidcc-client-test-refresh-token-invalid-azp', 'id_token_audience', { azp: 'ffffffffffffffff' }],
  ])('%s', async (_module, reason, changed) => {
    const [before, asked] = [harness.issued.length, provider.sent(USERINFO).length];
    Object.assign(provider.changes, withClaims(changed));
    await expect(refreshes()).rejects.toMatchObject({ code: 'bad_response', reason });
    expect(provider.sent(USERINFO)).toHaveLength(asked);
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: ADA } });
    const refused = harness.issued.slice(before);
    expect(refused).toHaveLength(2);
    Object.assign(provider.changes, signed());
    expect(refused).not.toContain((await harness.session.accessToken('profile')).token);
    expect(harness.stored()).not.toContain(MALLORY);
    await signsOut();
  });
});
