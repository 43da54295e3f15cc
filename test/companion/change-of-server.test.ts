// The day on which another server answers at the same issuer: the companion goes on without a restart.
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../scripts/machine/free-port.mjs';
import type { Database } from '../../src/companion/db/database.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { signInAt, type VisitOptions } from '../../src/mock-accounts/testing/next.ts';
import { openEmbedded } from './db/embedded.ts';
import { empty } from './db/empty.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { accessToken, ask, startInProcess } from './harness.ts';

const before = createKeys(Date.now);
const after = createKeys(Date.now);

let database: Database;
let mock: RunningMockServer;
let companion: RunningCompanion;
let lines: string[];
beforeAll(async () => {
  database = await openEmbedded();
});
afterAll(() => database.close());
beforeEach(async () => {
  lines = [];
  await empty(database);
  mock = await startMockServer({ era: 'today', port: await freePort(), keys: before });
  companion = await startInProcess(mock, { database }, { lines });
});
afterEach(async () => {
  await companion.stop();
  await mock.stop();
});

/** From now on the next server answers, with keys of its own. */
async function serverChanges(): Promise<void> {
  const port = Number(new URL(mock.origin).port);
  await mock.stop();
  mock = await startMockServer({ era: 'next', port, keys: after });
  mock.events.register(CLIENT.clientId, companion.origin + WEBHOOK_PATH);
}

/** An access token of the next server. */
async function nextToken(account: VisitOptions = {}): Promise<string> {
  const { tokens } = await signInAt(mock.origin, { scope: `openid ${CLIENT.scope}` }, account);
  return tokens.access_token ?? '';
}

const me = async (bearer: string) => (await ask(`${companion.origin}/v1/me`, 'GET', { bearer })).status;
const create = (bearer: string) => ask(`${companion.origin}/v1/sessions`, 'POST', { bearer });
const changes = () => lines.filter((line) => line.includes('endpoints_changed'));

describe('when the next server takes over', () => {
  it('its tokens are accepted, though they have another form, and the old server’s are not', async () => {
    const old = await accessToken(mock);
    expect((await create(old)).status).toBe(201);
    await serverChanges();
    expect(await me(await nextToken())).toBe(200);
    expect((await create(await nextToken())).status).toBe(201);
    expect((await create(old)).status).toBe(401);
    expect(changes()).toHaveLength(1);
  });

  it('a token of the old server’s form is what tells, too', async () => {
    const old = await accessToken(mock);
    await serverChanges();
    expect((await create(old)).status).toBe(401);
    expect(changes()).toHaveLength(1);
    expect((await create(await nextToken())).status).toBe(201);
  });

  it('a JWT for a subject of another form than the old server’s is accepted, by its keys', async () => {
    const { clientId, scope } = CLIENT;
    const other = await startInProcess(mock, { database }, { lines, clients: [{ ...CLIENT, jwt: true }] });
    onTestFinished(() => other.stop());
    const bearer = await new SignJWT({ client_id: clientId, scope, sub: 'another|form' })
      .setIssuer(mock.origin)
      .setAudience(clientId)
      .setIssuedAt()
      .setExpirationTime('1h')
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: (await after.active()).kid })
      .sign((await after.active()).privateKey);
    await serverChanges();
    const { status, body } = await ask(`${other.origin}/v1/me`, 'GET', { bearer });
    expect([status, body.user]).toEqual([200, 'fxa:another|form-test']);
    expect(changes()).toHaveLength(1);
  });

  it('its events are verified by its keys, and end sessions', async () => {
    const old = await accessToken(mock);
    const { session } = (await create(old)).body;
    const { accounts } = mock.store;
    await serverChanges();
    // Accounts keep their uids.
    const account = { email: 'moved@example.com', password: 'horse' };
    const moved = mock.store.accounts.add({ ...accounts.list()[0], ...account });
    await nextToken(account);
    mock.store.changePassword(moved, 'another horse');
    await mock.events.idle();
    const state = await ask(`${companion.origin}/v1/session`, 'GET', { bearer: String(session) });
    expect([state.status, state.body.reason]).toEqual([401, 'password_changed']);
    expect(changes()).toHaveLength(1);
  });
});
