// The companion beside the server that Mozilla plans: introspection by RFC 7662, events, and sign-outs that leave it
// nothing to revoke.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { createTokenCheck } from '../../src/companion/bearer/check.ts';
import { bearer, type BearerOptions } from '../../src/companion/bearer/middleware.ts';
import { createEndpoints } from '../../src/companion/endpoints.ts';
import { answerProblem, type Problem } from '../../src/companion/http/problem.ts';
import { discover } from '../../src/fxa/discovery.ts';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';
import { CLIENT } from './harness.ts';

interface Sent {
  readonly url: string;
  readonly body: string;
  readonly answer: Response;
}

let harness: CompanionHarness;
/** The extension's requests. */
let sent: Sent[];
beforeEach(() => signedIn());
afterEach(async () => {
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

async function signedIn({ scope = 'openid profile', email = 'ada@example.com' } = {}): Promise<void> {
  harness = await createCompanionHarness('next', { scope });
  await harness.startCompanion();
  sent = [];
  const { fetch: network } = harness.host;
  harness.host.fetch = async (input, init) => {
    const answer = await network(input, init);
    sent.push({ url: String(input), body: String(init?.body), answer: answer.clone() });
    return answer;
  };
  harness.signsInAs(email);
  await harness.session.signIn();
  await harness.session.runMaintenance();
}

const to = (address: string) => sent.filter(({ url }) => url.endsWith(address));
const formsTo = (address: string) => to(address).map(({ body }) => new URLSearchParams(body));
const statusesOf = (address: string) => to(address).map(({ answer }) => answer.status);
const me = (token: string) =>
  fetch(`${harness.companion}/v1/me`, { headers: { authorization: `Bearer ${token}` } });
const refusalOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { error: string }).error,
];
const revoke = (token: string) =>
  fetch(`${harness.mock.origin}/oidc/token/revocation`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT, token }),
  });
const aliveAtServer = () => [harness.liveGrants(), harness.liveTokens()];

/** What a resource of one's own answers to a token: the status, and the challenge. */
async function resource(
  token: string,
  options: Pick<BearerOptions, 'acr' | 'maxAge' | 'now'> = {},
  clientIds = [CLIENT],
) {
  const { now = Date.now } = options;
  const http = { fetch };
  const first = await discover(harness.mock.origin, http);
  const { check } = createTokenCheck({
    clients: clientIds.map((clientId) => ({
      clientId,
      name: 'notes',
      scope: 'profile:uid',
      space: 'notes',
      jwt: false,
    })),
    endpoints: createEndpoints({ first, http, now }),
    http,
    mode: 'introspect',
    secret: new Uint8Array(32),
    now,
  });
  const app = new Hono();
  app.onError((error, c) => answerProblem(c, error as Problem));
  app.get('/', bearer({ check, realm: 'notes', ...options }), (c) => c.text('served'));
  const answer = await app.request('/', { headers: { authorization: `Bearer ${token}` } });
  return [answer.status, /error="(\w+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1]];
}

describe('a companion session at the next server', () => {
  it('is created with a token that is then left to expire', async () => {
    expect(statusesOf('/v1/sessions')).toEqual([201]);
    await harness.session.drainOutbox();
    expect(to('/oidc/token/revocation')).toEqual([]);
    expect(aliveAtServer()).toEqual([1, 2]);
    await harness.later();
    expect(statusesOf('/v1/session')).toEqual([200]);
  });

  it('is created with a narrow token, where the grant has such scopes', async () => {
    await harness.stop();
    await signedIn({ scope: 'openid profile:uid profile:email profile:display_name' });
    expect(formsTo('/oidc/token').map((form) => form.get('scope'))).toEqual([
      null,
      'openid profile:uid profile:email',
    ]);
    expect(statusesOf('/v1/sessions')).toEqual([201]);
  });

  it('is ended by a changed password, and the extension shows the reason', async () => {
    harness.mock.store.changePassword(harness.ada, 'another horse');
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { reason: 'password_changed' },
    });
    expect(statusesOf('/v1/session')).toEqual([401]);
    expect(aliveAtServer()).toEqual([0, 0]);
  });

  it('is erased with a deleted account, and so is what the extension knows of it', async () => {
    const { uid } = harness.ada;
    harness.mock.store.deleteAccount(uid);
    await harness.mock.events.idle();
    await harness.later();
    expect(harness.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'account_deleted' } });
    expect(harness.stored()).not.toContain(uid);
  });

  it('is ended by a sign-out, with nothing to revoke: that is left to the extension, and no token is alive afterwards', async () => {
    // A later token than the one of the sign-in, as after weeks.
    const { token } = await harness.session.accessToken('profile');
    await harness.session.accessToken('profile', token);
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(statusesOf('/v1/session/end')).toEqual([202]);
    expect(to('/v1/session/end').map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { refreshTokenIds: [] },
    ]);
    const revoked = formsTo('/oidc/token/revocation').map((form) => form.get('token'));
    expect(revoked).toContain(harness.issued.at(-1));
    expect(harness.record().outbox).toEqual([]);
    expect(aliveAtServer()).toEqual([0, 0]);
    expect(harness.stored()).not.toContain('sealed:');
  });

  it('leaves the sealed token in the outbox until the server has revoked it', async () => {
    harness.mock.faults.add({ where: 'destroy', what: { kind: 'status', status: 503 } });
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(statusesOf('/v1/session/end')).toEqual([202]);
    expect(harness.record().outbox).toMatchObject([
      { revokedByToken: { sealed: expect.stringContaining('sealed:') as unknown } },
    ]);
    expect(aliveAtServer()).toEqual([1, 2]);
    harness.mock.faults.clear();
    await harness.later();
    await harness.session.drainOutbox();
    expect(harness.record().outbox).toEqual([]);
    expect(aliveAtServer()).toEqual([0, 0]);
  });

  it('leaves no token, uid or address in the companion’s log', async () => {
    await harness.later();
    const { uid } = harness.ada;
    const log = harness.logged.join('');
    expect(log).toContain('/v1/session');
    for (const secret of [...harness.issued, uid, 'ada@example.com']) expect(log).not.toContain(secret);
  });
});

describe('an access token of the next server', () => {
  it('is served until it is revoked', async () => {
    const { token } = await harness.session.accessToken('profile');
    const answer = await me(token);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      user: `fxa:${harness.ada.uid}-test`,
      client: 'test',
      scope: 'openid profile',
    });
    const { token: next } = await harness.session.accessToken('profile', token);
    expect((await revoke(next)).status).toBe(200);
    expect(await refusalOf(await me(next))).toEqual([401, 'invalid_token']);
  });

  it('is refused from a changed password on, also where it was served a moment before', async () => {
    const { token } = await harness.session.accessToken('profile');
    expect((await me(token)).status).toBe(200);
    harness.mock.store.changePassword(harness.ada, 'another horse');
    await harness.mock.events.idle();
    await expect.poll(async () => refusalOf(await me(token))).toEqual([401, 'invalid_token']);
  });

  it('is refused where it is a refresh token, or of another client', async () => {
    const { token } = await harness.session.accessToken('profile');
    const [, refreshToken = ''] = harness.issued;
    expect(harness.issued).toContain(token);
    expect(await refusalOf(await me(refreshToken))).toEqual([401, 'invalid_token']);
    expect(await resource(token, {}, ['a1b2c3d4e5f60002'])).toEqual([401, 'invalid_token']);
    expect(await resource(token)).toEqual([200, undefined]);
  });

  it('is served beside clients that the server refuses; only of tokens of none can nothing be told then', async () => {
    const { token } = await harness.session.accessToken('profile');
    // Not registered there, and confidential.
    const refused = ['0123456789abcdef', 'a1b2c3d4e5f60004'];
    expect(await resource(token, {}, [...refused, CLIENT])).toEqual([200, undefined]);
    expect((await resource('x'.repeat(43), {}, [...refused, CLIENT]))[0]).toBe(503);
  });

  it('tells how long ago the person signed in, unless it was refreshed', async () => {
    const { token } = await harness.session.accessToken('profile');
    const inAMinute = () => Date.now() + 60_000;
    expect(await resource(token, { maxAge: 30 })).toEqual([200, undefined]);
    expect(await resource(token, { maxAge: 30, now: inAMinute })).toEqual([
      401,
      'insufficient_user_authentication',
    ]);
    const { token: refreshed } = await harness.session.accessToken('profile', token);
    expect(await resource(refreshed, { maxAge: 30 })).toEqual([401, 'insufficient_user_authentication']);
    expect(await resource(refreshed)).toEqual([200, undefined]);
  });

  it('tells of the second step, which a person can give later', async () => {
    const insufficient = [401, 'insufficient_user_authentication'];
    const { token: ofAda } = await harness.session.accessToken('profile');
    expect(await resource(ofAda, { acr: 'AAL2' })).toEqual(insufficient);
    await harness.stop();
    await signedIn({ email: 'tove@example.com' });
    await harness.session.stepUp();
    const { token } = await harness.session.accessToken('profile');
    expect(await resource(token, { acr: 'AAL2', maxAge: 30 })).toEqual([200, undefined]);
  });
});
