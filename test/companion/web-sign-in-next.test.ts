// Signing in web applications at the server that Mozilla plans: a confidential client names its secret in each request.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { signInAt } from '../../src/mock-accounts/testing/next.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { ask, startInProcess, uidOf } from './harness.ts';
import { addressIn, codeIn, MOCK_CLIENTS, WEB, webBrowser } from './web-browser.ts';

let mock: RunningMockServer;
let companion: RunningCompanion;
const lines: string[] = [];
beforeAll(async () => {
  mock = await startMockServer({ era: 'next', clients: MOCK_CLIENTS });
  const settings = { clients: [WEB, CLIENT], web: [WEB], trustedProxies: 1, lines };
  companion = await startInProcess(mock, {}, settings);
});
afterAll(async () => {
  await companion.stop();
  await mock.stop();
});

const get = (path: string, bearer: string) => ask(companion.origin + path, 'GET', { bearer });
const tokens = () => mock.store.liveAccessTokens().length;

it('signs in to a session that is alive until its sign-out, with a token that is checked as the web client', async () => {
  const { session, token } = await webBrowser(mock, companion).signIn();
  const me = await get('/v1/me', token);
  expect(me.body).toEqual({ user: `fxa:${uidOf(mock)}-todo`, client: 'todo', scope: 'openid profile' });
  expect((await get('/v1/session', session)).status).toBe(200);
  const body = { refreshTokenIds: [] };
  const ended = await ask(`${companion.origin}/v1/session/end`, 'POST', { bearer: session, body });
  expect(ended.status).toBe(202);
  expect((await get('/v1/session', session)).body).toMatchObject({
    error: 'session_ended',
    reason: 'signed_out',
  });
  const log = lines.join('');
  expect(log).toContain('/fxa-oauth/token');
  for (const secret of [WEB.secret, token, session]) expect(log).not.toContain(secret);
});

it('ends its session when the password changes, and the one of the extension in its space', async () => {
  const { session } = await webBrowser(mock, companion).signIn('noor@example.com');
  const scope = `openid ${CLIENT.scope}`;
  const { tokens: extension } = await signInAt(mock.origin, { scope }, { email: 'noor@example.com' });
  const bearer = extension.access_token;
  const { body } = await ask(`${companion.origin}/v1/sessions`, 'POST', { bearer });
  const set = await mock.events.sign({
    clientId: WEB.clientId,
    uid: uidOf(mock, 'noor@example.com'),
    event: 'password-change',
    payload: { changeTime: Date.now() + 1000 },
  });
  await ask(`${companion.origin}/webhooks/fxa`, 'POST', { bearer: set });
  for (const one of [session, String(body.session)])
    expect((await get('/v1/session', one)).body).toMatchObject({ reason: 'password_changed' });
});

it('revokes the token of a code that a thief presents', async () => {
  const browser = webBrowser(mock, companion);
  const code = codeIn(await browser.arrive());
  const before = tokens();
  expect((await browser.redeem(code, { origin: 'https://evil.example' })).status).toBe(400);
  expect(tokens()).toBe(before - 1);
});

it('exchanges no code of a callback without the issuer, which this server promises', async () => {
  const browser = webBrowser(mock, companion);
  const path = await browser.consent(await browser.begin());
  const arrived = addressIn(await browser.get(path.replace(/&iss=[^&]*/, '')));
  expect(arrived.hash).toBe('#error=server_error');
});
