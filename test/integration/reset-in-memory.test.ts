// A reset revokes the grants whose tokens are in memory alone, whatever is left of the record and the backup.
import { afterEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
afterEach(() => world.stop());

const DAMAGES = [
  ['names its grants', () => ({ ...world.record(), settings: 7 })],
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
  world = await createHarness(era);
  await world.session.setSessionOnly(true);
  await world.session.signIn();
  const network = world.host.fetch;
  world.host.fetch = () => Promise.reject(new TypeError('offline'));
  await world.session.signOut();
  await world.session.drainOutbox();
  world.host.fetch = network;
  await world.session.signIn();
  expect(world.liveGrants()).toBe(2);
  world.host.local.set('record', damage());
  if (backup === 'no backup') world.host.backup = [];
  await world.session.reset();
  world.host.skew += 60_000;
  await world.session.drainOutbox();
  await expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
  expect(world.record().outbox).toEqual([]);
  expect(world.record().journal.map(({ why }) => why)).toEqual(['reset']);
  expect(JSON.stringify([...world.host.memory])).not.toContain(world.issued.at(-1));
});
