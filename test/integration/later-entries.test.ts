// Entries of the outbox that a later version wrote, with members this version doesn't know, stay as they are.
import { afterEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

it('an entry that a later version revokes in another way is neither changed nor sent', async () => {
  harness = await createHarness('today');
  await harness.session.signIn();
  const known = { refreshTokenId: 'ab'.repeat(32), since: 0, attempts: 99, notBefore: 0 };
  const later = { ...known, issuer: harness.mock.origin, revokedBy: { kind: 'later' } };
  const record = harness.record();
  harness.host.local.set('record', { ...record, outbox: [...record.outbox, later] });
  await harness.restart();
  await harness.session.signOut();
  await harness.session.drainOutbox();
  expect(harness.record().outbox).toEqual([later]);
});
