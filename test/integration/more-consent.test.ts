// Further scopes, and the second step, on top of a live session: the same account, and one grant afterwards.
import { afterEach, describe, expect, it } from 'vitest';
import { ALL_ERAS, createHarness, type Harness } from './harness.ts';

const WRITE = 'profile:display_name:write';

let harness: Harness;
afterEach(() => harness.stop());

/** Signs in, and notes the authorization requests from then on. */
async function signedIn(era: (typeof ALL_ERAS)[number]): Promise<URLSearchParams[]> {
  harness = await createHarness(era);
  await harness.session.signIn();
  const asked: URLSearchParams[] = [];
  const { simulatedUser } = harness.host;
  harness.host.simulatedUser = (url) => {
    asked.push(new URL(url).searchParams);
    return simulatedUser(url);
  };
  return asked;
}

/** Elsewhere than at FxA the old grant, which may be the new one, too, is held until the sign-out. */
const grantsAfterwards = (era: (typeof ALL_ERAS)[number]) => (era === 'next' ? 2 : 1);

const grantId = () => {
  const { session } = harness.record();
  return session.status === 'signedIn' ? session.grant.refreshTokenId : undefined;
};

describe.each(ALL_ERAS)('further scopes in era %s', (era) => {
  it('are asked for on top of the build’s, and the new grant replaces the old one', async () => {
    const asked = await signedIn(era);
    const before = grantId();
    await expect(harness.session.accessToken(WRITE)).rejects.toMatchObject({ code: 'scope_denied' });
    await harness.session.requestScopes(WRITE);
    expect(asked[0]?.get('scope')?.split(' ').sort()).toEqual(['openid', 'profile', WRITE]);
    expect(asked[0]?.get('login_hint')).toBe('ada@example.com');
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(await harness.session.accessToken(WRITE)).toMatchObject({ uid: harness.view().account?.uid });
    await harness.session.drainOutbox();
    expect(grantId()).not.toBe(before);
    expect(harness.liveGrants()).toBe(grantsAfterwards(era));
  });

  it('are given only to the account that is signed in', async () => {
    await signedIn(era);
    const before = grantId();
    harness.signsInAs('lin@example.com');
    await harness.session.requestScopes(WRITE);
    expect(harness.view()).toMatchObject({
      status: 'signedIn',
      account: { email: 'ada@example.com' },
      problem: { code: 'account_changed' },
    });
    expect(grantId()).toBe(before);
    await harness.session.drainOutbox();
    expect(harness.liveGrants()).toBe(1);
    expect((await harness.session.accessToken('profile')).uid).toBe(harness.view().account?.uid);
  });

  it('stay with the session when it signs in for more', async () => {
    const asked = await signedIn(era);
    await harness.session.requestScopes(WRITE);
    await harness.session.requestScopes('profile:avatar:write');
    expect(asked[1]?.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining([WRITE, 'profile:avatar:write']),
    );
    expect(await harness.session.accessToken(WRITE)).toMatchObject({ uid: harness.view().account?.uid });
  });

  it('are refused while another sign-in runs, and take no address typed for it', async () => {
    const asked = await signedIn(era);
    const { simulatedUser } = harness.host;
    let close: () => void = () => undefined;
    harness.host.simulatedUser = () =>
      new Promise((_resolve, reject) => {
        close = () => reject(new Error('The user closed the window.'));
      });
    const other = harness.session.signIn();
    await expect.poll(() => harness.host.windows.open).toHaveLength(1);
    harness.host.memory.set('typedAddress', 'lin@example.com');
    await expect(harness.session.requestScopes(WRITE)).rejects.toMatchObject({ code: 'busy' });
    await expect(harness.session.stepUp()).rejects.toMatchObject({ code: 'busy' });
    harness.host.simulatedUser = simulatedUser;
    close();
    await other;
    await harness.session.requestScopes(WRITE);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.get('login_hint')).toBe('ada@example.com');
    expect(asked[0]?.get('email')).toBeNull();
    expect(await harness.session.accessToken(WRITE)).toMatchObject({ uid: harness.view().account?.uid });
  });

  it('need a session', async () => {
    harness = await createHarness(era);
    await expect(harness.session.requestScopes(WRITE)).rejects.toMatchObject({ code: 'signed_out' });
    await expect(harness.session.stepUp()).rejects.toMatchObject({ code: 'signed_out' });
  });
});

describe('a second step', () => {
  it.each(['today', '2023', 'next'] as const)(
    'that the account gives replaces the grant (%s)',
    async (era) => {
      harness = await createHarness(era);
      harness.signsInAs('tove@example.com');
      await harness.session.signIn();
      const before = grantId();
      await harness.session.stepUp();
      expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'tove@example.com' } });
      expect(harness.view()).not.toHaveProperty('problem');
      expect(grantId()).not.toBe(before);
      await harness.session.drainOutbox();
      expect(harness.liveGrants()).toBe(grantsAfterwards(era));
    },
  );

  it('that the account does not give fails, then has it sign in anew, and is not asked for a third time', async () => {
    const asked = await signedIn('today');
    const before = grantId();
    const required = { code: 'step_up_required' };
    await harness.session.stepUp();
    expect(harness.view()).toMatchObject({ status: 'signedIn', problem: required });
    await harness.session.stepUp();
    const refused = { ...required, reason: 'step_up_refused' };
    expect(harness.view()).toMatchObject({ status: 'signedIn', problem: refused });
    await expect(harness.session.stepUp()).rejects.toMatchObject(refused);
    expect(asked.map((query) => ['acr_values', 'prompt', 'max_age'].map((name) => query.get(name)))).toEqual([
      ['AAL2', null, null],
      ['AAL2', 'login', '0'],
    ]);
    expect(grantId()).toBe(before);
    await harness.session.drainOutbox();
    expect(harness.liveGrants()).toBe(1);
    await harness.session.dismissProblem();
    await harness.session.stepUp();
    expect(asked[2]?.has('prompt')).toBe(false);
  });
});
