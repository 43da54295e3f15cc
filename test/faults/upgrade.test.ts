// Upgrades from version 0.1.0: what it stored about sessions and counts is taken over, and what it still owed is done.
import { afterEach, describe, expect, it } from 'vitest';
import storage from '../fixtures/storage-0.1.0.json' with { type: 'json' };
import { FxaError } from '../../src/fxa/errors.ts';
import { brokenInvariants, isDeletionPending, leftovers } from './invariants.ts';
import { CLIENT, createFaultHarness, type FaultHarness } from './harness.ts';
import { ADA, ada } from './steps.ts';

let harness: FaultHarness;
afterEach(() => {
  expect(harness.host.reports).toEqual([]);
  expect([...brokenInvariants(harness), ...leftovers(harness)]).toEqual([]);
  harness.stop();
});

const done = <T>(work: Promise<T>) => harness.time.until(work, 'the work');
const held = () => harness.companion.held(ada(harness).uid);
const queue = () => harness.host.local.get('metrics');
const companionSessions = () => harness.host.local.get('companion') as Record<string, object>;

/** The servers have what that version had done, and the browser has what it stored; then the new version starts. */
async function upgrade(
  name: keyof typeof storage,
  before: (host: FaultHarness['host']) => void = () => undefined,
): Promise<void> {
  harness = createFaultHarness({ companion: true, consent: true });
  const { host, mock } = harness;
  await done(harness.session.signIn());
  await done(harness.session.runMaintenance());
  host.skew += 6 * 60_000;
  await done(harness.session.runMaintenance());
  expect(held()).toBe(2);
  harness.kill();
  const { uid } = ada(harness);
  const text = JSON.stringify(storage[name]).replaceAll('6e747c3aa7cf26e3343ee3c267b9de6b', uid);
  const { record, metrics, companion } = JSON.parse(text) as Record<string, unknown>;
  for (const [, id = ''] of text.matchAll(/"refreshTokenId":"(\w+)"/g))
    mock.store.tokens.addRefreshToken({ id, clientId: CLIENT, uid, scope: 'openid profile' });
  host.memory.clear();
  host.backup = [];
  for (const [key, value] of Object.entries({ record, metrics, companion })) host.local.set(key, value);
  before(host);
  await done(harness.restart());
}

async function later(minutes: number): Promise<void> {
  harness.host.skew += minutes * 60_000;
  await done(harness.session.runMaintenance());
}

describe('an upgrade from version 0.1.0', () => {
  it('recovers on a full disk, and takes the counts over once there is room', async () => {
    const refused: string[] = [];
    await upgrade('signed in, with counts that were uploaded and counts that wait', (host) => {
      host.refuse = (call) => {
        if (!call.startsWith('local.set metrics')) return;
        refused.push(call);
        throw new FxaError('storage_unavailable', 'The browser refuses its storage.');
      };
    });
    expect(refused).not.toEqual([]);
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: ADA } });
    harness.host.refuse = () => undefined;
    harness.host.reports.length = 0;
    await later(6);
    expect(queue()).toMatchObject({ pending: [], deletionPending: [] });
  });

  it('keeps the companion session, and the counts that wait', async () => {
    await upgrade('signed in, with counts that were uploaded and counts that wait');
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: ADA } });
    await later(6);
    expect([held(), queue()]).toMatchObject([4, { pending: [], deletionPending: [] }]);
    expect(queue()).not.toHaveProperty('waiting');
    expect(Object.keys(companionSessions())).toHaveLength(1);
    expect(JSON.stringify(companionSessions())).not.toContain('marks');
    // What the former version uploaded can still be deleted.
    await done(harness.session.setMetrics(false));
    await later(6);
    expect([held(), isDeletionPending(harness)]).toEqual([0, false]);
  });

  it.each([
    ['signed in, with a deletion that the companion still owes', 'signedIn'],
    ['a session that Mozilla accounts ended, after a password change', 'needsReauth'],
    ['signed out, with a deletion and a grant that were not handed over yet', 'signedOut'],
  ] as const)('has counts deleted whose deletion was pending: %s', async (name, status) => {
    await upgrade(name);
    expect(harness.view()?.status).toBe(status);
    await later(6);
    if (status === 'needsReauth') {
      expect(isDeletionPending(harness)).toBe(true);
      await done(harness.session.signOut());
      await later(6);
    }
    expect([held(), isDeletionPending(harness)]).toEqual([0, false]);
    expect(harness.record()?.outbox).toEqual([]);
    if (status !== 'signedIn') expect(companionSessions()).toEqual({});
  });

  it('finishes a sign-out, and drops counts that waited for it', async () => {
    await upgrade('signed out, with a grant that was not handed over yet');
    expect([harness.view()?.status, harness.record()?.outbox]).toEqual(['signedOut', []]);
    expect([companionSessions(), held()]).toEqual([{}, 2]);
  });
});
