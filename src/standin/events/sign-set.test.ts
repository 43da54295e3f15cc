// `npm run sign-set` as people run it, against a stand-in and a webhook.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningStandin, startStandin } from '../listen.ts';
import { EXTENSION_CLIENTS } from '../ready.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';
import { outcomeInWords } from './outcome.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let receiver: Receiver;
let standin: RunningStandin;
beforeAll(async () => {
  receiver = await startReceiver();
  standin = await startStandin({ era: 'today' });
});
afterAll(async () => {
  await standin.stop();
  await receiver.stop();
});

const signSet = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; said: string }>((resolve) => {
    const run = ['--import', 'tsx', 'scripts/sign-set.ts', '--standin', standin.origin, ...args];
    execFile(process.execPath, run, { cwd: root }, (error, out, said) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, said }),
    );
  });

it('sends an older event after a newer, and says in a line each what came of them', async () => {
  receiver.answer(200, 503);
  const { code, out } = await signSet(
    ...['--event', 'password-change', '--client', 'firefox', '--to', receiver.url, '--out-of-order'],
  );
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toEqual([
    'password-change to Sign-in extension (Firefox): 200, acknowledged',
    expect.stringContaining('503, the receiver is in trouble'),
  ]);
  const [newer, older] = receiver.received.map(
    ({ claims }) => Object.values(claims.events as object)[0] as { changeTime: number },
  );
  expect(newer?.changeTime).toBe((older?.changeTime ?? 0) + 60_000);
  expect(receiver.received[0]?.claims.aud).toBe(EXTENSION_CLIENTS.firefox);
});

it('prints a token, and says what is wrong', async () => {
  const about = ['--event', 'delete-user', '--client', 'chromium'];
  expect((await signSet(...about, '--print')).out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const unknown = await signSet(...about, '--user', 'nobody@example.com');
  expect([unknown.code, unknown.said.trim()]).toEqual([1, 'Nobody has this email.']);
  const nobody = await signSet(...about, '--standin', 'http://127.0.0.1:1');
  expect(nobody.said).toContain('Start one with npm start or npm run fxa');
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
