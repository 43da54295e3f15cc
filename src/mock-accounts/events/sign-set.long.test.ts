// `npm run sign-set` as a process, against a mock server and a webhook.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningMockServer, startMockServer } from '../listen.ts';
import { EXTENSION_CLIENTS } from '../seed.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';
import { outcomeInWords } from './outcome.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let receiver: Receiver;
let mock: RunningMockServer;
beforeAll(async () => {
  receiver = await startReceiver();
  mock = await startMockServer({ era: 'today' });
});
afterAll(async () => {
  await mock.stop();
  await receiver.stop();
});

const script = (name: string, ...args: readonly string[]) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) => {
    const run = ['--import', 'tsx', `scripts/run/${name}.ts`, '--standin', mock.origin, ...args];
    execFile(process.execPath, run, { cwd: root }, (error, out, said) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, said }),
    );
  });
const signSet = (...args: readonly string[]) => script('sign-set', ...args);

it('sends an older event after a newer one, and prints a line for each', async () => {
  receiver.answer(200, 503);
  const { code, out } = await signSet(
    ...['--event', 'password-change', '--client', 'firefox', '--to', receiver.url, '--out-of-order'],
  );
  expect(code).toBe(1);
  expect(out.trim().split('\n')).toEqual([
    'password-change to Sign-in extension (Firefox): 200, acknowledged',
    expect.stringContaining('503, the receiver failed'),
  ]);
  const [newer, older] = receiver.received.map(
    ({ claims }) => Object.values(claims.events as object)[0] as { changeTime: number },
  );
  expect(newer?.changeTime).toBe((older?.changeTime ?? 0) + 60_000);
  expect(receiver.received[0]?.claims.aud).toBe(EXTENSION_CLIENTS.firefox);
});

it('prints a token, and explains errors', async () => {
  const about = ['--event', 'delete-user', '--client', 'chromium'];
  expect((await signSet(...about, '--print')).out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const unknown = await signSet(...about, '--user', 'unknown@example.com');
  expect([unknown.code, unknown.said.trim()]).toEqual([1, 'No account has this email.']);
  const unreachable = await signSet(...about, '--standin', 'http://127.0.0.1:1');
  expect(unreachable.said).toContain('Start one with npm start or npm run fxa');
});

it('explains that the account has no clients yet, and sends to clients it has signed in to', async () => {
  const about = ['--event', 'profile-change', '--user', 'lin@example.com', '--to', receiver.url];
  const { code, said } = await signSet(...about);
  expect([code, said]).toEqual([1, expect.stringMatching(/npm start, or npm run token.*--client firefox/)]);
  const token = await script('token', '--user', 'lin@example.com');
  expect(mock.store.tokens.findAccessToken(token.out.trim())).toMatchObject({
    scope: 'profile:uid profile:email',
  });
  receiver.answer(200);
  expect((await signSet(...about)).out).toContain('(Firefox): 200, acknowledged');
});

it.each([
  [200, [], 0],
  [401, [], 1],
  [404, [], 1],
  [401, ['--wrong-key'], 0],
  [200, ['--wrong-key'], 1],
  [400, ['--wrong-key'], 1],
])('for a response of %i, %j, exits with %i', async (status, more, code) => {
  receiver.answer(status);
  const about = ['--event', 'delete-user', '--client', 'firefox', '--to', receiver.url];
  expect((await signSet(...about, ...more)).code).toBe(code);
});

it('exits with 1 if the webhook does not respond', async () => {
  const { code, out } = await signSet(
    ...['--event', 'delete-user', '--client', 'firefox', '--to', 'http://127.0.0.1:1/'],
  );
  expect([code, out]).toEqual([1, expect.stringContaining('no answer')]);
});

it('prints its usage, and names an unknown option', async () => {
  const help = await signSet('--help');
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('Usage: npm run sign-set')]);
  const unknown = await signSet('--evnt', 'delete-user');
  expect([unknown.code, unknown.said]).toEqual([1, expect.stringMatching(/--evnt[^]*Usage: /)]);
  expect((await signSet()).said).toContain('--event is missing.');
});

it.each([
  [202, false, '202, acknowledged'],
  [200, true, '200, acknowledged, which no token signed by a stranger may be'],
  [401, true, '401, refused, as it should be'],
  [404, false, '404, refused; Mozilla accounts would send it again, for up to seven days'],
  ['no answer', false, 'no answer, Mozilla accounts would send it again'],
] as const)('%s (wrong key: %s) means: %s', (status, wrongKey, words) => {
  expect(outcomeInWords(status, wrongKey)).toContain(words);
});
