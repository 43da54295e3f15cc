// `npm run contract` against mock servers: every line passes in every era, and a fault shows as a line that failed.
import { afterEach, describe, expect, it } from 'vitest';
import type { SignIn } from '../../scripts/contract/account-steps.ts';
import type { Line } from '../../scripts/contract/evaluate.ts';
import { runContract } from '../../scripts/contract/run.ts';
import { readSettings } from '../../scripts/contract/settings.ts';
import { table } from '../../scripts/contract/table.ts';
import { ERAS, type AnyEra } from '../../src/mock-accounts/era.ts';
import type { Fault } from '../../src/mock-accounts/faults/model.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { EXTENSION_CLIENTS } from '../../src/mock-accounts/seed.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { visit } from '../../src/mock-accounts/testing/next.ts';

/** Shared by all, because generating RSA keys is slow. */
const keys = createKeys(Date.now);
const CLIENTS = {
  FXA_CLIENT_ID_FIREFOX: EXTENSION_CLIENTS.firefox,
  FXA_CLIENT_ID_CHROMIUM: EXTENSION_CLIENTS.chromium,
};
const EMAIL = 'ada@example.com';

interface Running extends RunningMockServer {
  readonly era: AnyEra;
}

const running: Running[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((mock) => mock.stop()));
});

async function start(era: AnyEra = 'today', faults: readonly Fault[] = []): Promise<Running> {
  const mock = { ...(await startMockServer({ era, keys })), era };
  running.push(mock);
  mock.faults.set(faults);
  return mock;
}

/** What the page's script does for a signed-in person. */
const signedInAt =
  (mock: Running): SignIn =>
  async (url) => {
    if (mock.era === 'next') return visit(url, { email: EMAIL });
    const driver = drive(mock);
    const parameters = Object.fromEntries(new URL(url).searchParams);
    const session = driver.bearer(await driver.signIn(EMAIL));
    const { body } = await driver.post('/v1/oauth/authorization', parameters, session);
    return String(body.redirect);
  };

async function contractWith(mock: Running, args: readonly string[] = [], signIn?: SignIn) {
  const settings = await readSettings(['--env', 'custom', '--issuer', mock.origin, ...args], CLIENTS);
  return runContract(settings?.clients ?? [], { send: fetch, signIn });
}

const failed = (lines: readonly Line[]) => lines.filter(({ outcome }) => outcome === 'failed');
const names = (lines: readonly Line[]) => lines.map(({ group, name }) => `${group}: ${name}`);

describe.each(ERAS)('the contract with servers of the era %s', (era) => {
  it('holds in every line, with an account, and leaves nothing behind', async () => {
    const mock = await start(era);
    const contract = await contractWith(mock, [], signedInAt(mock));
    expect(failed(contract.lines)).toEqual([]);
    expect(contract.lines.filter(({ outcome }) => outcome === 'skipped')).toEqual([]);
    expect(contract.generation).toContain(era === 'next' ? 'standards' : era);
    expect(contract.lines.length).toBeGreaterThan(30);
    expect(mock.store.liveGrants()).toEqual([]);
    expect(mock.store.liveAccessTokens()).toEqual([]);
  });

  it('asks nothing that needs an account without one', async () => {
    const mock = await start(era);
    const { lines } = await contractWith(mock);
    expect(failed(lines)).toEqual([]);
    expect(names(lines.filter(({ outcome }) => outcome === 'skipped'))).toEqual([
      'With the account: signing in, tokens, profile',
    ]);
  });
});

describe('the contract with a server that is wrong', () => {
  it('stops at a discovery document that is a web page, and says what that may be', async () => {
    const mock = await start('today', [{ where: 'discovery', what: { kind: 'html' } }]);
    const { lines, generation } = await contractWith(mock, [], signedInAt(mock));
    expect(generation).toBeUndefined();
    expect(names(failed(lines))).toEqual(['Discovery: the document', 'Discovery: names usable endpoints']);
    expect(lines.at(-1)).toMatchObject({ outcome: 'skipped', came: 'not asked' });
    expect(table(lines)).toContain('a captive portal');
  });

  it('shows every line of an endpoint that is down, and goes on with the others', async () => {
    const mock = await start('today', [{ where: 'token', what: { kind: 'status', status: 503 } }]);
    const { lines } = await contractWith(mock, ['--browser', 'firefox']);
    expect(names(failed(lines))).toEqual([
      'Client, firefox: is public: a code needs no secret',
      'Client, firefox: a malformed code',
      'CORS, firefox: an error can be read',
      'Token errors: a refresh token that is gone',
      'Token errors: a malformed refresh token',
      'Token errors: an unknown client',
    ]);
    expect(failed(lines)[0]).toMatchObject({ came: expect.stringMatching(/^503/) as unknown });
  });

  it('shows answers that the extension cannot read for want of CORS headers', async () => {
    const what = { kind: 'status', status: 401, errno: 100, cors: false } as const;
    const { lines } = await contractWith(await start('today', [{ where: 'profile', what }]));
    expect(names(failed(lines))).toEqual([
      'CORS, firefox: a rejected token can be read',
      'CORS, chromium: a rejected token can be read',
    ]);
    expect(failed(lines)[0]?.came).toBe('401, errno 100, no CORS headers');
  });

  it('says by how much the clocks differ', async () => {
    const mock = await start();
    mock.faults.change({ clockSkew: 3600 });
    const [clock, ...others] = failed((await contractWith(mock)).lines);
    expect(clock?.name).toBe('the clock');
    expect(clock?.came).toMatch(/^200, 3(600|599|601) s apart$/);
    expect(others).toEqual([]);
  });

  it('tells when nothing answers at all', async () => {
    const mock = await start('today', [{ where: 'any', what: { kind: 'drop' } }]);
    const { lines } = await contractWith(mock);
    expect(failed(lines)[0]).toMatchObject({ name: 'the document', came: 'no connection' });
  });
});

describe('the contract with a client that is wrong', () => {
  it('shows a redirect URI that is not registered, and what to register', async () => {
    const mock = await start();
    const { lines } = await contractWith(mock, ['--client-id', EXTENSION_CLIENTS.firefox]);
    expect(names(failed(lines))).toEqual(['Client, chromium: is registered, with its redirect URI']);
    expect(failed(lines)[0]?.advice).toContain('.chromiumapp.org/');
  });

  it('shows a client that is unknown, and one that is not public', async () => {
    const mock = await start();
    const unknown = await contractWith(mock, ['--client-id', '0123456789abcdef', '--browser', 'firefox']);
    expect(failed(unknown.lines).map(({ came }) => came)).toContain('400, errno 101');
    const confidential = await contractWith(mock, [
      '--client-id',
      'a1b2c3d4e5f60004',
      '--browser',
      'firefox',
    ]);
    expect(names(failed(confidential.lines))).toContain('Client, firefox: is public: a code needs no secret');
  });
});

describe('the contract with an account', () => {
  it('shows where the sign-in stops, and skips what needs it', async () => {
    const mock = await start();
    const { lines } = await contractWith(mock, [], () => Promise.reject(new Error(`secret of ${EMAIL}`)));
    expect(names(failed(lines))).toEqual(['With the account: signing in']);
    expect(table(lines)).toContain('needs the line that failed');
    expect(table(lines)).not.toContain(EMAIL);
  });

  it('destroys what was issued when a line fails', async () => {
    const mock = await start();
    const { lines } = await contractWith(mock, [], async (...where) => {
      mock.faults.add({ where: 'refresh', what: { kind: 'html' } });
      return signedInAt(mock)(...where);
    });
    expect(names(failed(lines))).toEqual(['With the account: refreshing']);
    expect(mock.store.liveGrants()).toEqual([]);
    expect(mock.store.liveAccessTokens()).toEqual([]);
  });

  it('names what could not be destroyed, and where to end it', async () => {
    const mock = await start('today', [{ where: 'destroy', what: { kind: 'status', status: 503 } }]);
    const { lines } = await contractWith(mock, ['--browser', 'firefox'], signedInAt(mock));
    expect(failed(lines).at(-1)).toMatchObject({
      name: 'nothing is left behind',
      came: 'left: an access token, an access token, a grant',
      advice: expect.stringContaining(`${EXTENSION_CLIENTS.firefox} at ${mock.origin}/settings`) as unknown,
    });
  });

  it('prints no token, code or address', async () => {
    const mock = await start();
    const { lines } = await contractWith(mock, [], signedInAt(mock));
    const text = JSON.stringify(lines) + table(lines);
    expect(text).not.toMatch(/[0-9a-f]{32}/);
    expect(text).not.toContain(EMAIL);
  });
});

describe('the settings', () => {
  it('take an account from the environment only, and only a whole one', async () => {
    const given = { ...CLIENTS, FXA_EMAIL: EMAIL, FXA_PASSWORD: 'long enough' };
    const local = await readSettings([], given);
    expect(local?.account).toEqual({ email: EMAIL, password: 'long enough' });
    await expect(readSettings([], { FXA_EMAIL: EMAIL })).rejects.toThrow('needs both');
    await expect(readSettings(['--password', 'x'], given)).rejects.toThrow('--password');
  });

  it('say what is missing', async () => {
    await expect(readSettings(['--env', 'stage'], {})).rejects.toThrow('needs a client id');
    await expect(readSettings(['--env', 'custom'], CLIENTS)).rejects.toThrow('FXA_ISSUER');
    await expect(readSettings(['--issuer', 'https://a.example'], CLIENTS)).rejects.toThrow('--env custom');
    await expect(readSettings(['--browser', 'lynx'], {})).rejects.toThrow('firefox or chromium');
  });
});
