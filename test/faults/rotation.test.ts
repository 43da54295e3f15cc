// On a server that rotates refresh tokens: a hundred refreshes in a row, and the death of the background at a seventh
// of the points of one.
import { expect, it } from 'vitest';
import { createChance } from '../harness/random.ts';
import { createFaultHarness } from './harness.ts';
import { HOUR_MS, proveRotation, statusOf } from './rotation.ts';
import { signedIn } from './steps.ts';

const SCOPES = ['profile', 'profile:uid', 'profile:email', 'openid profile'];

it('a hundred refreshes in a row, asked for by several at once, keep the sign-in', async ({ signal }) => {
  const harness = createFaultHarness({ era: 'next', signal });
  const chance = createChance(20261128);
  try {
    await harness.time.until(signedIn(harness), 'the sign-in');
    const ids = new Set<string>();
    const other = harness.start();
    while (ids.size < 100) {
      harness.time.advance(HOUR_MS);
      const asking = Array.from({ length: 1 + chance.below(4) }, () => {
        const session = chance.below(2) === 0 ? harness.session : other.session;
        const scope = SCOPES[chance.below(SCOPES.length)] ?? '';
        return chance.below(4) === 0 ? session.runMaintenance() : session.accessToken(scope);
      });
      await harness.time.until(Promise.all(asking), 'the refreshes');
      expect(statusOf(harness)).toBe('signedIn');
      expect(harness.mock.store.liveGrants()).toHaveLength(1);
      const { session } = harness.record() ?? {};
      if (session?.status === 'signedIn') ids.add(session.grant.refreshTokenId);
    }
    await harness.time.until(harness.session.signOut(), 'the sign-out');
    await harness.time.until(harness.session.drainOutbox(), 'the end');
    expect(harness.mock.store.liveGrants()).toEqual([]);
  } finally {
    harness.stop();
  }
});

proveRotation((point) => point % 7 === 0);
