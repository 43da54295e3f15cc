// Further scopes, and the second step, on top of a live session: the same account, and one grant afterwards.
import { afterEach, describe, expect, it } from 'vitest';
import { ALL_ERAS, createHarness, type Harness } from './harness.ts';

const WRITE = 'profile:display_name:write';

let world: Harness;
afterEach(() => world.stop());

/** Signs in, and notes the authorization requests from then on. */
async function signedIn(era: (typeof ALL_ERAS)[number]): Promise<URLSearchParams[]> {
  world = await createHarness(era);
  await world.session.signIn();
  const asked: URLSearchParams[] = [];
  const { simulatedUser } = world.host;
  world.host.simulatedUser = (url) => {
    asked.push(new URL(url).searchParams);
    return simulatedUser(url);
  };
  return asked;
}

/** Elsewhere than at FxA the old grant, which may be the new one, too, is held until the sign-out. */
const grantsAfterwards = (era: (typeof ALL_ERAS)[number]) => (era === 'next' ? 2 : 1);

const grantId = () => {
  const { session } = world.record();
  return session.status === 'signedIn' ? session.grant.refreshTokenId : undefined;
};

describe.each(ALL_ERAS)('further scopes in era %s', (era) => {
  it('are asked for on top of the build’s, and the new grant replaces the old one', async () => {
    const asked = await signedIn(era);
    const before = grantId();
    await expect(world.session.accessToken(WRITE)).rejects.toMatchObject({ code: 'scope_denied' });
    await world.session.requestScopes(WRITE);
    expect(asked[0]?.get('scope')?.split(' ').sort()).toEqual(['openid', 'profile', WRITE]);
    expect(asked[0]?.get('login_hint')).toBe('ada@example.com');
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(await world.session.accessToken(WRITE)).toMatchObject({ uid: world.view().account?.uid });
    await world.session.drainOutbox();
    expect(grantId()).not.toBe(before);
    expect(world.liveGrants()).toBe(grantsAfterwards(era));
  });

  it('are given only to the account that is signed in', async () => {
    await signedIn(era);
    const before = grantId();
    world.signsInAs('lin@example.com');
    await world.session.requestScopes(WRITE);
    expect(world.view()).toMatchObject({
      status: 'signedIn',
      account: { email: 'ada@example.com' },
      problem: { code: 'account_changed' },
    });
    expect(grantId()).toBe(before);
    await world.session.drainOutbox();
    expect(world.liveGrants()).toBe(1);
    expect((await world.session.accessToken('profile')).uid).toBe(world.view().account?.uid);
  });

  it('stay with the session when it signs in for more', async () => {
    const asked = await signedIn(era);
    await world.session.requestScopes(WRITE);
    await world.session.requestScopes('profile:avatar:write');
    expect(asked[1]?.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining([WRITE, 'profile:avatar:write']),
    );
    expect(await world.session.accessToken(WRITE)).toMatchObject({ uid: world.view().account?.uid });
  });

  it('are refused while another sign-in runs, and take no address typed for it', async () => {
    const asked = await signedIn(era);
    const { simulatedUser } = world.host;
    let close: () => void = () => undefined;
    world.host.simulatedUser = () =>
      new Promise((_resolve, reject) => {
        close = () => reject(new Error('The user closed the window.'));
      });
    const other = world.session.signIn();
    await expect.poll(() => world.host.windows.open).toHaveLength(1);
    world.host.memory.set('typedAddress', 'lin@example.com');
    await expect(world.session.requestScopes(WRITE)).rejects.toMatchObject({ code: 'busy' });
    await expect(world.session.stepUp()).rejects.toMatchObject({ code: 'busy' });
    world.host.simulatedUser = simulatedUser;
    close();
    await other;
    await world.session.requestScopes(WRITE);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.get('login_hint')).toBe('ada@example.com');
    expect(asked[0]?.get('email')).toBeNull();
    expect(await world.session.accessToken(WRITE)).toMatchObject({ uid: world.view().account?.uid });
  });

  it('need a session', async () => {
    world = await createHarness(era);
    await expect(world.session.requestScopes(WRITE)).rejects.toMatchObject({ code: 'signed_out' });
    await expect(world.session.stepUp()).rejects.toMatchObject({ code: 'signed_out' });
  });
});

describe('a second step', () => {
  it.each(['today', '2023', 'next'] as const)(
    'that the account gives replaces the grant (%s)',
    async (era) => {
      world = await createHarness(era);
      world.signsInAs('tove@example.com');
      await world.session.signIn();
      const before = grantId();
      await world.session.stepUp();
      expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'tove@example.com' } });
      expect(world.view()).not.toHaveProperty('problem');
      expect(grantId()).not.toBe(before);
      await world.session.drainOutbox();
      expect(world.liveGrants()).toBe(grantsAfterwards(era));
    },
  );

  it('that the account does not give fails, then has it sign in anew, and is not asked for a third time', async () => {
    const asked = await signedIn('today');
    const before = grantId();
    const required = { code: 'step_up_required' };
    await world.session.stepUp();
    expect(world.view()).toMatchObject({ status: 'signedIn', problem: required });
    await world.session.stepUp();
    const refused = { ...required, reason: 'step_up_refused' };
    expect(world.view()).toMatchObject({ status: 'signedIn', problem: refused });
    await expect(world.session.stepUp()).rejects.toMatchObject(refused);
    expect(asked.map((query) => ['acr_values', 'prompt', 'max_age'].map((name) => query.get(name)))).toEqual([
      ['AAL2', null, null],
      ['AAL2', 'login', '0'],
    ]);
    expect(grantId()).toBe(before);
    await world.session.drainOutbox();
    expect(world.liveGrants()).toBe(1);
    await world.session.dismissProblem();
    await world.session.stepUp();
    expect(asked[2]?.has('prompt')).toBe(false);
  });
});
