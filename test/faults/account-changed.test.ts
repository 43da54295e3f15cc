// Another account signs in while a call runs: at every ninth moment, and between two calls.
import { png } from '../../src/mock-accounts/testing/png.ts';
import { expect, it } from 'vitest';
import { createHarnesses, nameOf, proveAtMoments, signsIn, uidOf, harness } from './account-changed.ts';
import { ADA, LIN } from './steps.ts';

it('a refused token names the account it was of, also when it is held no more', async () => {
  const { caller, other } = await createHarnesses(false);
  const { time } = harness;
  const refused = await time.until(caller.accessToken('profile'), 'the token');
  await time.until(signsIn(LIN)(other), 'the other sign-in');
  for (const told of [refused, refused.token]) {
    const again = caller.accessToken('profile', told).catch((error: unknown) => error);
    expect(await time.until(again, 'the next token')).toMatchObject({ code: 'account_changed' });
  }
  await time.until(other.runMaintenance(), 'the end');
  const late = caller.accessToken('profile', refused).catch((error: unknown) => error);
  expect(await time.until(late, 'the next token')).toMatchObject({ code: 'account_changed' });
  expect(await time.until(caller.accessToken('profile'), 'a token')).toMatchObject({ uid: uidOf(LIN) });
});

it.each(['changeDisplayName', 'changeAvatar'] as const)(
  '%s changes no other account than the one that is named',
  async (write) => {
    const { caller, other } = await createHarnesses(false);
    const { time } = harness;
    const before = nameOf(LIN);
    await time.until(signsIn(LIN)(other), 'the other sign-in');
    const picture = png();
    const what =
      write === 'changeAvatar'
        ? caller.changeAvatar(picture, uidOf(ADA))
        : caller.changeDisplayName('Ada', uidOf(ADA));
    const failed = what.catch((error: unknown) => error);
    expect(await time.until(failed, 'the change')).toMatchObject({ code: 'account_changed' });
    expect(nameOf(LIN)).toBe(before);
  },
);

proveAtMoments(9);
