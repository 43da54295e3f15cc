// Where a session's secrets are stored, who decides that, and what happens when they or the record can't be read.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import upgrades from '../fixtures/record-1-to-2.json' with { type: 'json' };
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
});
afterEach(() => harness.stop());

const onDisk = () => JSON.stringify([...harness.host.local]);
const usable = () =>
  expect(harness.session.accessToken('profile')).resolves.toMatchObject({
    token: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });

/** The browser ends and starts again. */
async function browserRestarts(): Promise<void> {
  harness.host.memory.clear();
  harness.host.alarms.clear();
  await harness.restart();
}

describe('a session that ends with the browser', () => {
  const wishes: [string, () => Promise<void> | void][] = [
    ['by the user’s choice', () => harness.session.setSessionOnly(true)],
    ['as the policy demands', () => void (harness.host.policy = { sessionOnly: true, metricsOff: false })],
  ];

  it.each(wishes)('%s: leaves nothing on disk, and ends with the browser', async (_why, wish) => {
    await wish();
    await harness.session.signIn();
    expect(harness.record().session).not.toHaveProperty('grant.sealed');
    expect(onDisk()).not.toContain('sealed');
    await harness.restart();
    await usable();

    await browserRestarts();
    expect(harness.view()).toMatchObject({
      status: 'signedOut',
      endReason: { code: 'signed_out', reason: 'session_only' },
    });
    expect(harness.record().journal.at(-1)?.why).toBe('session_only');
    await expect.poll(harness.liveGrants).toBe(0);
  });

  it('can be switched on and off for a live session', async () => {
    await harness.session.signIn();
    expect(onDisk()).toContain('sealed');
    await harness.session.setSessionOnly(true);
    expect(harness.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'chosen' });
    expect(onDisk()).not.toContain('sealed');
    harness.host.memory.delete('tokens');
    await usable();
    await harness.session.setSessionOnly(false);
    expect(onDisk()).toContain('sealed');
    await browserRestarts();
    expect(harness.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'off' });
    await usable();
  });

  it('applies to a live session when the policy arrives later', async () => {
    await harness.session.signIn();
    harness.host.policy = { sessionOnly: true, metricsOff: false };
    await harness.restart();
    expect(onDisk()).not.toContain('sealed');
    expect(harness.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'by_policy' });
    await usable();
  });

  it('deletes its secrets at sign-out', async () => {
    await harness.session.setSessionOnly(true);
    await harness.session.signIn();
    await harness.session.signOut();
    expect(harness.host.memory.get('secrets')).toEqual({});
  });
});

describe('a record that cannot be read', () => {
  beforeEach(() => harness.session.signIn());

  const broken: [string, string, (record: object) => unknown][] = [
    ['corrupt', 'storage_corrupt', (record) => ({ ...record, deployment: 7 })],
    ['truncated', 'storage_corrupt', () => JSON.stringify(harness.record()).slice(0, 200)],
    ['of the future', 'storage_newer', (record) => ({ ...record, version: 99 })],
  ];

  it.each(broken)('%s: stays untouched, and the user is told', async (_how, code, spoil) => {
    const spoilt = spoil(harness.record());
    harness.host.local.set('record', spoilt);
    await expect(harness.restart()).rejects.toMatchObject({ code });
    for (const command of ['signIn', 'signOut', 'refreshProfile', 'runMaintenance'] as const) {
      await expect(harness.session[command]()).rejects.toMatchObject({ code });
    }
    expect(harness.host.local.get('record')).toEqual(spoilt);
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code } });
  });

  it.each(broken)('%s: is replaced by one button, and its grant destroyed', async (_how, _code, spoil) => {
    harness.host.local.set('record', spoil(harness.record()));
    await expect(harness.restart()).rejects.toThrow();
    await harness.session.reset();
    expect(harness.view()).toMatchObject({ status: 'signedOut' });
    expect(harness.view()).not.toHaveProperty('problem');
    expect(harness.record().journal.at(-1)?.why).toBe('reset');
    await expect.poll(harness.liveTokens).toBe(0);
    // A truncated record names no grants, but the backup does.
    await expect.poll(harness.liveGrants).toBe(0);
    await harness.session.signIn();
    expect(harness.view().status).toBe('signedIn');
  });

  it('is never reset if it can be read', async () => {
    const record = harness.record();
    await harness.session.reset();
    expect(harness.record()).toEqual(record);
  });

  it('survives a storage error without crashing or signing out', async () => {
    const { get } = harness.host.local;
    harness.host.local.get = () => {
      throw Object.assign(new Error('refused'), { name: 'FxaError', code: 'storage_unavailable' });
    };
    await expect(harness.session.refreshProfile()).rejects.toMatchObject({ code: 'storage_unavailable' });
    harness.host.local.get = get;
    await harness.session.refreshProfile();
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
  });
});

it('keeps the session of a version 1 record', async () => {
  await harness.session.signIn();
  const { session, deployment } = harness.record();
  if (session.status !== 'signedIn' || !session.grant.sealed) throw new Error('unreachable');
  const first = structuredClone(upgrades['signed in, with a profile'].before);
  Object.assign(first, { deployment });
  Object.assign(first.session, {
    id: session.id,
    grant: { ...session.grant, sealed: session.grant.sealed.refreshToken },
  });
  harness.host.local.set('record', first);
  await browserRestarts();
  await usable();
  await harness.session.refreshProfile();
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
  expect(harness.record().version).toBe(3);
});
