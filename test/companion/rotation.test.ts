// A secret is replaced while companions with the old one and with both run on one database.
import { Agent } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eraseRemaining } from '../../src/companion/db/rotation.ts';
import type { RunningCompanion } from '../../src/companion/start.ts';
import type { Secrets } from '../../src/companion/clients.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { accessToken, ADA, ask, createSession, deliver, PASSWORD, startInProcess, uidOf } from './harness.ts';

const OLD: Secrets = { secret: new Uint8Array(32).fill(1) };
const BOTH: Secrets = { secret: new Uint8Array(32).fill(2), formerSecret: OLD.secret };
const NEW: Secrets = { secret: BOTH.secret };
const LIN = 'lin@example.com';

const keys = createKeys(Date.now);
const agent = new Agent();
let mock: RunningMockServer;
beforeAll(async () => {
  mock = await startMockServer({ era: 'today', keys });
});
afterAll(async () => {
  agent.destroy();
  await mock.stop();
});

onEachDatabase((harness) => {
  let running: RunningCompanion[] = [];
  beforeEach(() => {
    running = [];
    return () => Promise.all(running.map(({ stop }) => stop()));
  });

  const start = async (secrets: Secrets) => {
    const companion = await startInProcess(mock, { database: await harness.another() }, { ...secrets });
    running.push(companion);
    return companion.origin;
  };
  const tell = async (origin: string, event: string, email = ADA, payload: object = {}) => {
    const set = await mock.events.sign({
      clientId: CLIENT.clientId,
      uid: uidOf(mock, email),
      event,
      payload: { ...payload },
    });
    expect(await deliver(agent, origin, set)).toBe(200);
  };
  const look = async (origin: string, bearer: string) => {
    const { status, body } = await ask(`${origin}/v1/session`, 'GET', { bearer });
    return status === 200 ? body.revision : body.reason;
  };
  const signIn = async (origin: string, email: string) =>
    ask(`${origin}/v1/sessions`, 'POST', { bearer: await accessToken(mock, { email }) });

  it('loses no event and no session in a rolling restart', async () => {
    const old = await start(OLD);
    const ada = await createSession(mock, old);
    const both = await start(BOTH);
    // First seen by an event, a poll, and a sign-in on the one or the other.
    await tell(both, 'profile-change');
    expect([await look(old, ada), await look(both, ada)]).toEqual([1, 1]);
    await tell(old, 'profile-change');
    expect([await look(old, ada), await look(both, ada)]).toEqual([2, 2]);
    const lin = await createSession(mock, both, { email: LIN });
    await tell(old, 'profile-change', LIN);
    const again = await createSession(mock, old, { email: LIN });
    expect([await look(old, lin), await look(both, again)]).toEqual([1, 1]);
    // The old settings may start again meanwhile.
    await running.shift()?.stop();
    const restarted = await start(OLD);
    await tell(restarted, 'password-change', ADA, { changeTime: Date.now() + 5000 });
    for (const origin of [restarted, both]) expect(await look(origin, ada)).toBe('password_changed');
    await running.pop()?.stop();
    const fresh = await start(NEW);
    await tell(fresh, 'profile-change', LIN);
    await tell(both, 'profile-change', LIN);
    expect([await look(fresh, lin), await look(both, again)]).toEqual([3, 3]);
    expect(await harness.database.query('select from companion.account')).toHaveLength(2);
  });

  it('keeps a deleted account from coming back under either secret', async () => {
    const old = await start(OLD);
    const both = await start(BOTH);
    await createSession(mock, old);
    await createSession(mock, both, { email: LIN });
    await tell(old, 'delete-user');
    await tell(old, 'delete-user', LIN);
    for (const origin of [both, old])
      for (const email of [ADA, LIN])
        expect((await signIn(origin, email)).body).toMatchObject({ reason: 'account_deleted' });
    await tell(both, 'profile-change');
    expect(await harness.database.query('select from companion.account')).toEqual([]);
  });

  it('counts and dates what is still under the old secret, and does not end before it is moved or given up', async () => {
    const old = await start(OLD);
    const ada = await createSession(mock, old);
    await createSession(mock, old, { email: LIN });
    const both = await start(BOTH);
    expect(await look(both, ada)).toBe(0);
    const before = await harness.store.operatorState(Date.now());
    expect(before.rotation?.remaining).toBe(1);
    // A session of thirty days, kept for thirty, and pruned daily.
    expect(Math.round(((before.rotation?.endsAt ?? 0) - Date.now()) / 86_400_000)).toBe(61);
    const { headers } = await ask(`${both}/status`, 'GET', {
      headers: { authorization: `Basic ${btoa(`operator:${PASSWORD}`)}` },
    });
    expect(headers.get('content-type')).toContain('text/html');
    await expect(start(NEW)).rejects.toMatchObject({ code: 'secret_needed' });
    await expect(
      start({ secret: new Uint8Array(32).fill(3), formerSecret: OLD.secret }),
    ).rejects.toMatchObject({ code: 'secret_changed' });
    expect(await eraseRemaining(harness.database)).toBe(1);
    expect((await harness.store.operatorState(Date.now())).rotation).toEqual({ remaining: 0 });
    const fresh = await start(NEW);
    expect(await look(fresh, ada)).toBe(0);
    expect((await harness.store.operatorState(Date.now())).rotation).toBeUndefined();
    await expect(start(OLD)).rejects.toMatchObject({ code: 'secret_changed' });
    // And the next one begins.
    const next = await start({ secret: new Uint8Array(32).fill(3), formerSecret: NEW.secret });
    expect(await look(next, ada)).toBe(0);
  });
});
