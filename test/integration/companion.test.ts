// The extension acts on what the companion reports, but only Mozilla accounts can end a session.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';

let harness: CompanionHarness;
beforeEach(async () => {
  harness = await createCompanionHarness();
  await harness.startCompanion();
  await harness.session.signIn();
  await harness.session.runMaintenance();
});
afterEach(async () => {
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

const companionSessions = () => [harness.host.local.get('companion'), harness.host.memory.get('companion')];
const currentOwners = () =>
  Object.keys({ ...(companionSessions()[0] as object), ...(companionSessions()[1] as object) });

describe('a companion session', () => {
  it('is created with a single-use token, which is destroyed afterwards', async () => {
    expect(currentOwners()).toHaveLength(1);
    await harness.session.drainOutbox();
    // The one that fetched the profile.
    expect(harness.liveTokens()).toBe(1);
    expect(harness.liveGrants()).toBe(1);
  });

  it('is polled, without a profile request while nothing has changed', async () => {
    const asked: (string | null)[] = [];
    const { fetch: network } = harness.host;
    harness.host.fetch = async (...request) => {
      const response = await network(...request);
      if (String(request[0]).endsWith('/v1/session')) asked.push(`${response.status}`);
      return response;
    };
    await harness.later();
    await harness.later();
    await harness.session.runMaintenance();
    expect(asked).toEqual(['200', '304']);
    expect(harness.view().status).toBe('signedIn');
  });

  it('is sealed on disk, or in memory where sessions end with the browser', async () => {
    expect(companionSessions()[1] ?? {}).toEqual({});
    expect(JSON.stringify(companionSessions()[0])).toContain('sealed:');
    await harness.session.setSessionOnly(true);
    expect(companionSessions()[0]).toEqual({});
    expect(Object.keys(companionSessions()[1] as object)).toHaveLength(1);
  });
});

describe('events that reach the extension without a click', () => {
  it('ends the session with the reason after a password change', async () => {
    harness.mock.store.changePassword(harness.ada, 'another horse');
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { reason: 'password_changed' },
    });
  });

  it('shows a password change as the reason when a refresh notices it before the poll', async () => {
    harness.mock.store.changePassword(harness.ada, 'another horse');
    await harness.mock.events.idle();
    await expect(
      harness.session.accessToken('profile:locale profile:email', 'refused'),
    ).resolves.toBeTruthy();
    harness.host.memory.delete('tokens');
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'reauth_required' });
    expect(harness.view()).toMatchObject({ endReason: { reason: 'password_changed' } });
  });

  it('removes the data of a deleted account', async () => {
    const { uid } = harness.ada;
    harness.mock.store.deleteAccount(uid);
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'account_deleted' } });
    expect(harness.stored()).not.toContain(uid);
    expect(harness.stored()).not.toContain('ada@example.com');
  });

  it('shows a new name', async () => {
    const { ada } = harness;
    ada.displayName = 'Countess';
    harness.mock.store.profileChanged(ada);
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view().account?.displayName).toBe('Countess');
  });

  it('blocks metrics after an opt-out, and allows them again only by a new profile', async () => {
    expect(harness.view().account?.metricsEnabled).toBe(true);
    harness.mock.store.setMetricsEnabled(harness.ada, false);
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view().account?.metricsEnabled).toBe(false);
    harness.mock.store.setMetricsEnabled(harness.ada, true);
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view().account?.metricsEnabled).toBe(true);
  });

  it('blocks metrics after an opt-out even if the profile can’t be fetched', async () => {
    harness.mock.store.setMetricsEnabled(harness.ada, false);
    await harness.mock.events.idle();
    harness.mock.faults.add({ where: 'profile', what: { kind: 'status', status: 503 } });
    await harness.later();
    expect(harness.view().account?.metricsEnabled).toBe(false);
    // It will be tried again at the next poll.
    harness.ada.displayName = 'Later';
    harness.mock.faults.clear();
    await harness.later();
    expect(harness.view().account?.displayName).toBe('Later');
  });
});

describe('sign-out', () => {
  it('hands the grant over, and the companion destroys it', async () => {
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(harness.record().outbox).toEqual([]);
    expect(currentOwners()).toEqual([]);
    await expect.poll(() => harness.liveGrants()).toBe(0);
  });

  it('is finished by the companion after the handover, even if Mozilla accounts was down', async () => {
    harness.mock.faults.add({ where: 'destroy', what: { kind: 'status', status: 503 }, times: 1 });
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(harness.record().outbox).toEqual([]);
    await expect.poll(() => harness.liveGrants()).toBe(0);
  });

  it('destroys the grant from here when the companion is down', async () => {
    await harness.stopCompanion();
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(harness.record().outbox).toEqual([]);
    expect(harness.liveGrants()).toBe(0);
  });
});

describe('a companion that fails', () => {
  it('asks for a new session after the companion lost its database', async () => {
    const before = JSON.stringify(companionSessions());
    await harness.stopCompanion();
    await harness.later();
    expect(harness.view().status).toBe('signedIn');
    await harness.startCompanion();
    harness.host.skew += 3_600_000;
    await harness.session.runMaintenance();
    expect(currentOwners()).toHaveLength(1);
    expect(JSON.stringify(companionSessions())).not.toBe(before);
    expect(harness.view().status).toBe('signedIn');
  });

  it.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['500', () => new Response('{}', { status: 500 })],
    ['a bare 401', () => new Response('{}', { status: 401 })],
    ['an unknown end', () => Response.json({ error: 'session_ended', reason: 'weather' }, { status: 401 })],
    ['a false state', () => Response.json({ revision: 'x', metrics: 1 })],
    ['a redirect', () => Response.redirect('https://example.com/', 302)],
  ])('keeps the session when the companion answers %s', async (_name, answer) => {
    const { fetch: network } = harness.host;
    harness.host.fetch = (...request) =>
      String(request[0]).includes('/v1/session') ? Promise.resolve(answer()) : network(...request);
    await harness.later();
    await harness.later();
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    expect(harness.view()).not.toHaveProperty('problem');
  });

  it('keeps the session when the companion lies about its end', async () => {
    const { fetch: network } = harness.host;
    harness.host.fetch = (...request) =>
      String(request[0]).endsWith('/v1/session')
        ? Promise.resolve(
            Response.json({ error: 'session_ended', reason: 'account_deleted', at: 1 }, { status: 401 }),
          )
        : network(...request);
    await harness.later();
    expect(harness.view().status).toBe('signedIn');
    expect(harness.record().session).not.toHaveProperty('suspectedEnd');
    harness.host.fetch = network;
    harness.host.skew += 3_600_000;
    await harness.session.runMaintenance();
    expect(currentOwners()).toHaveLength(1);
  });
});

it('shows no token, session, uid or address in the companion’s log', async () => {
  await harness.later();
  await harness.session.signOut();
  await harness.session.drainOutbox();
  const log = harness.logged.join('');
  expect(log).toContain('/v1/session');
  const { uid } = harness.ada;
  for (const secret of [...harness.issued, uid, 'ada@example.com', 'Ada Lovelace'])
    expect(log).not.toContain(secret);
});
