// Entries of the outbox that a later version wrote, with members this version doesn't know, stay as they are.
import { afterEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
afterEach(() => world.stop());

it('an entry that a later version revokes in another way is neither changed nor sent', async () => {
  world = await createHarness('today');
  await world.session.signIn();
  const known = { refreshTokenId: 'ab'.repeat(32), since: 0, attempts: 99, notBefore: 0 };
  const later = { ...known, issuer: world.mock.origin, revokedBy: { kind: 'later' } };
  const record = world.record();
  world.host.local.set('record', { ...record, outbox: [...record.outbox, later] });
  await world.restart();
  await world.session.signOut();
  await world.session.drainOutbox();
  expect(world.record().outbox).toEqual([later]);
});
