// A reset revokes the grants whose tokens are in memory alone, whatever is left of the record and the backup.
import { afterEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

const DAMAGES = [
  ['names its grants', () => ({ ...harness.record(), settings: 7 })],
  ['names nothing', () => 'damaged'],
] as const;

it.each(
  (['today', 'next'] as const).flatMap((era) =>
    DAMAGES.flatMap(([how, damage]) =>
      (['a backup', 'no backup'] as const)
        // At FxA the token of an ended session isn't kept.
        .filter((backup) => era === 'next' || how === 'names its grants' || backup === 'a backup')
        .map((backup) => [era, how, backup, damage] as const),
    ),
  ),
)('in era %s, where the record %s and there is %s', async (era, _how, backup, damage) => {
  harness = await createHarness(era);
  await harness.session.setSessionOnly(true);
  await harness.session.signIn();
  const network = harness.host.fetch;
  harness.host.fetch = () => Promise.reject(new TypeError('offline'));
  await harness.session.signOut();
  await harness.session.drainOutbox();
  harness.host.fetch = network;
  await harness.session.signIn();
  expect(harness.liveGrants()).toBe(2);
  harness.host.local.set('record', damage());
  if (backup === 'no backup') harness.host.backup = [];
  await harness.session.reset();
  harness.host.skew += 60_000;
  await harness.session.drainOutbox();
  await expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
  expect(harness.record().outbox).toEqual([]);
  expect(harness.record().journal.map(({ why }) => why)).toEqual(['reset']);
  expect(JSON.stringify([...harness.host.memory])).not.toContain(harness.issued.at(-1));
});
