// The extension acts on what the companion reports, but only Mozilla accounts can end a session.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';

let world: CompanionHarness;
beforeEach(async () => {
  world = await createCompanionHarness();
  await world.startCompanion();
  await world.session.signIn();
  await world.session.runMaintenance();
});
afterEach(async () => {
  expect(world.host.reports).toEqual([]);
  await world.stop();
});

const companionSessions = () => [world.host.local.get('companion'), world.host.memory.get('companion')];
const currentOwners = () =>
  Object.keys({ ...(companionSessions()[0] as object), ...(companionSessions()[1] as object) });

describe('a companion session', () => {
  it('is created with a single-use token, which is destroyed afterwards', async () => {
    expect(currentOwners()).toHaveLength(1);
    await world.session.drainOutbox();
    // The one that fetched the profile.
    expect(world.liveTokens()).toBe(1);
    expect(world.liveGrants()).toBe(1);
  });

  it('is polled, without a profile request while nothing has changed', async () => {
    const asked: (string | null)[] = [];
    const { fetch: network } = world.host;
    world.host.fetch = async (...request) => {
      const response = await network(...request);
      if (String(request[0]).endsWith('/v1/session')) asked.push(`${response.status}`);
      return response;
    };
    await world.later();
    await world.later();
    await world.session.runMaintenance();
    expect(asked).toEqual(['200', '304']);
    expect(world.view().status).toBe('signedIn');
  });

  it('is sealed on disk, or in memory where sessions end with the browser', async () => {
    expect(companionSessions()[1] ?? {}).toEqual({});
    expect(JSON.stringify(companionSessions()[0])).toContain('sealed:');
    await world.session.setSessionOnly(true);
    expect(companionSessions()[0]).toEqual({});
    expect(Object.keys(companionSessions()[1] as object)).toHaveLength(1);
  });
});

describe('events that reach the extension without a click', () => {
  it('ends the session with the reason after a password change', async () => {
    world.mock.store.changePassword(world.ada, 'another horse');
    await world.mock.events.idle();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'password_changed' } });
  });

  it('shows a password change as the reason when a refresh notices it before the poll', async () => {
    world.mock.store.changePassword(world.ada, 'another horse');
    await world.mock.events.idle();
    await expect(world.session.accessToken('profile:locale profile:email', 'refused')).resolves.toBeTruthy();
    world.host.memory.delete('tokens');
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'reauth_required' });
    expect(world.view()).toMatchObject({ endReason: { reason: 'password_changed' } });
  });

  it('removes the data of a deleted account', async () => {
    const { uid } = world.ada;
    world.mock.store.deleteAccount(uid);
    await world.mock.events.idle();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'account_deleted' } });
    expect(world.stored()).not.toContain(uid);
    expect(world.stored()).not.toContain('ada@example.com');
  });

  it('shows a new name', async () => {
    const { ada } = world;
    ada.displayName = 'Countess';
    world.mock.store.profileChanged(ada);
    await world.mock.events.idle();
    await world.later();
    expect(world.view().account?.displayName).toBe('Countess');
  });

  it('blocks metrics after an opt-out, and allows them again only by a new profile', async () => {
    expect(world.view().account?.metricsEnabled).toBe(true);
    world.mock.store.setMetricsEnabled(world.ada, false);
    await world.mock.events.idle();
    await world.later();
    expect(world.view().account?.metricsEnabled).toBe(false);
    world.mock.store.setMetricsEnabled(world.ada, true);
    await world.mock.events.idle();
    await world.later();
    expect(world.view().account?.metricsEnabled).toBe(true);
  });

  it('blocks metrics after an opt-out even if the profile can’t be fetched', async () => {
    world.mock.store.setMetricsEnabled(world.ada, false);
    await world.mock.events.idle();
    world.mock.faults.add({ where: 'profile', what: { kind: 'status', status: 503 } });
    await world.later();
    expect(world.view().account?.metricsEnabled).toBe(false);
    // It will be tried again at the next poll.
    world.ada.displayName = 'Later';
    world.mock.faults.clear();
    await world.later();
    expect(world.view().account?.displayName).toBe('Later');
  });
});

describe('sign-out', () => {
  it('hands the grant over, and the companion destroys it', async () => {
    await world.session.signOut();
    await world.session.drainOutbox();
    expect(world.record().outbox).toEqual([]);
    expect(currentOwners()).toEqual([]);
    await expect.poll(() => world.liveGrants()).toBe(0);
  });

  it('is finished by the companion after the handover, even if Mozilla accounts was down', async () => {
    world.mock.faults.add({ where: 'destroy', what: { kind: 'status', status: 503 }, times: 1 });
    await world.session.signOut();
    await world.session.drainOutbox();
    expect(world.record().outbox).toEqual([]);
    await expect.poll(() => world.liveGrants()).toBe(0);
  });

  it('destroys the grant from here when the companion is down', async () => {
    await world.stopCompanion();
    await world.session.signOut();
    await world.session.drainOutbox();
    expect(world.record().outbox).toEqual([]);
    expect(world.liveGrants()).toBe(0);
  });
});

describe('a companion that fails', () => {
  it('asks for a new session after the companion lost its database', async () => {
    const before = JSON.stringify(companionSessions());
    await world.stopCompanion();
    await world.later();
    expect(world.view().status).toBe('signedIn');
    await world.startCompanion();
    world.host.skew += 3_600_000;
    await world.session.runMaintenance();
    expect(currentOwners()).toHaveLength(1);
    expect(JSON.stringify(companionSessions())).not.toBe(before);
    expect(world.view().status).toBe('signedIn');
  });

  it.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['500', () => new Response('{}', { status: 500 })],
    ['a bare 401', () => new Response('{}', { status: 401 })],
    ['an unknown end', () => Response.json({ error: 'session_ended', reason: 'weather' }, { status: 401 })],
    ['a false state', () => Response.json({ revision: 'x', metrics: 1 })],
    ['a redirect', () => Response.redirect('https://example.com/', 302)],
  ])('keeps the session when the companion answers %s', async (_name, answer) => {
    const { fetch: network } = world.host;
    world.host.fetch = (...request) =>
      String(request[0]).includes('/v1/session') ? Promise.resolve(answer()) : network(...request);
    await world.later();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    expect(world.view()).not.toHaveProperty('problem');
  });

  it('keeps the session when the companion lies about its end', async () => {
    const { fetch: network } = world.host;
    world.host.fetch = (...request) =>
      String(request[0]).endsWith('/v1/session')
        ? Promise.resolve(
            Response.json({ error: 'session_ended', reason: 'account_deleted', at: 1 }, { status: 401 }),
          )
        : network(...request);
    await world.later();
    expect(world.view().status).toBe('signedIn');
    expect(world.record().session).not.toHaveProperty('suspectedEnd');
    world.host.fetch = network;
    world.host.skew += 3_600_000;
    await world.session.runMaintenance();
    expect(currentOwners()).toHaveLength(1);
  });
});

it('shows no token, session, uid or address in the companion’s log', async () => {
  await world.later();
  await world.session.signOut();
  await world.session.drainOutbox();
  const log = world.logged.join('');
  expect(log).toContain('/v1/session');
  const { uid } = world.ada;
  for (const secret of [...world.issued, uid, 'ada@example.com', 'Ada Lovelace'])
    expect(log).not.toContain(secret);
});
