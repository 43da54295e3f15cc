// Where a session's secrets are stored, who decides that, and what happens when they or the record can't be read.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import upgrades from '../fixtures/record-1-to-2.json' with { type: 'json' };
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
});
afterEach(() => world.stop());

const onDisk = () => JSON.stringify([...world.host.local]);
const usable = () =>
  expect(world.session.accessToken('profile')).resolves.toMatchObject({
    token: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });

/** The browser ends and starts again. */
async function browserRestarts(): Promise<void> {
  world.host.memory.clear();
  world.host.alarms.clear();
  await world.restart();
}

describe('a session that ends with the browser', () => {
  const wishes: [string, () => Promise<void> | void][] = [
    ['by the user’s choice', () => world.session.setSessionOnly(true)],
    ['as the policy demands', () => void (world.host.policy = { sessionOnly: true, metricsOff: false })],
  ];

  it.each(wishes)('%s: leaves nothing on disk, and ends with the browser', async (_why, wish) => {
    await wish();
    await world.session.signIn();
    expect(world.record().session).not.toHaveProperty('grant.sealed');
    expect(onDisk()).not.toContain('sealed');
    await world.restart();
    await usable();

    await browserRestarts();
    expect(world.view()).toMatchObject({
      status: 'signedOut',
      endReason: { code: 'signed_out', reason: 'session_only' },
    });
    expect(world.record().journal.at(-1)?.why).toBe('session_only');
    await expect.poll(world.liveGrants).toBe(0);
  });

  it('can be switched on and off for a live session', async () => {
    await world.session.signIn();
    expect(onDisk()).toContain('sealed');
    await world.session.setSessionOnly(true);
    expect(world.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'chosen' });
    expect(onDisk()).not.toContain('sealed');
    world.host.memory.delete('tokens');
    await usable();
    await world.session.setSessionOnly(false);
    expect(onDisk()).toContain('sealed');
    await browserRestarts();
    expect(world.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'off' });
    await usable();
  });

  it('applies to a live session when the policy arrives later', async () => {
    await world.session.signIn();
    world.host.policy = { sessionOnly: true, metricsOff: false };
    await world.restart();
    expect(onDisk()).not.toContain('sealed');
    expect(world.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'by_policy' });
    await usable();
  });

  it('deletes its secrets at sign-out', async () => {
    await world.session.setSessionOnly(true);
    await world.session.signIn();
    await world.session.signOut();
    expect(world.host.memory.get('secrets')).toEqual({});
  });
});

describe('a record that cannot be read', () => {
  beforeEach(() => world.session.signIn());

  const broken: [string, string, (record: object) => unknown][] = [
    ['corrupt', 'storage_corrupt', (record) => ({ ...record, deployment: 7 })],
    ['truncated', 'storage_corrupt', () => JSON.stringify(world.record()).slice(0, 200)],
    ['of the future', 'storage_newer', (record) => ({ ...record, version: 99 })],
  ];

  it.each(broken)('%s: stays untouched, and the user is told', async (_how, code, spoil) => {
    const spoilt = spoil(world.record());
    world.host.local.set('record', spoilt);
    await expect(world.restart()).rejects.toMatchObject({ code });
    for (const command of ['signIn', 'signOut', 'refreshProfile', 'runMaintenance'] as const) {
      await expect(world.session[command]()).rejects.toMatchObject({ code });
    }
    expect(world.host.local.get('record')).toEqual(spoilt);
    expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code } });
  });

  it.each(broken)('%s: is replaced by one button, and its grant destroyed', async (_how, _code, spoil) => {
    world.host.local.set('record', spoil(world.record()));
    await expect(world.restart()).rejects.toThrow();
    await world.session.reset();
    expect(world.view()).toMatchObject({ status: 'signedOut' });
    expect(world.view()).not.toHaveProperty('problem');
    expect(world.record().journal.at(-1)?.why).toBe('reset');
    await expect.poll(world.liveTokens).toBe(0);
    // A truncated record names no grants, but the backup does.
    await expect.poll(world.liveGrants).toBe(0);
    await world.session.signIn();
    expect(world.view().status).toBe('signedIn');
  });

  it('is never reset if it can be read', async () => {
    const record = world.record();
    await world.session.reset();
    expect(world.record()).toEqual(record);
  });

  it('survives a storage error without crashing or signing out', async () => {
    const { get } = world.host.local;
    world.host.local.get = () => {
      throw Object.assign(new Error('refused'), { name: 'FxaError', code: 'storage_unavailable' });
    };
    await expect(world.session.refreshProfile()).rejects.toMatchObject({ code: 'storage_unavailable' });
    world.host.local.get = get;
    await world.session.refreshProfile();
    expect(world.view()).toMatchObject({ status: 'signedIn' });
  });
});

it('keeps the session of a version 1 record', async () => {
  await world.session.signIn();
  const { session, deployment } = world.record();
  if (session.status !== 'signedIn' || !session.grant.sealed) throw new Error('unreachable');
  const first = structuredClone(upgrades['signed in, with a profile'].before);
  Object.assign(first, { deployment });
  Object.assign(first.session, {
    id: session.id,
    grant: { ...session.grant, sealed: session.grant.sealed.refreshToken },
  });
  world.host.local.set('record', first);
  await browserRestarts();
  await usable();
  await world.session.refreshProfile();
  expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
  expect(world.record().version).toBe(3);
});
