// `npm run fxa` as a process.
import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { TEST_CLIENT } from './testing/drive.ts';
import { signInAt } from './testing/next.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const command = (...args: readonly string[]) => ['--import', 'tsx', 'src/mock-accounts/main.ts', ...args];

async function started(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, command('--port', '0', ...args), { cwd: root });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (output += more));
  await expect.poll(() => output).toContain('Ctrl-C ends it.');
  return /http:\S+/.exec(output)?.[0] ?? '';
}

it.each([
  [['--shared-grants'], 'are over', 401],
  [[], 'live on', 200],
])('with %j, later sign-ins of a browser %s when an earlier one is revoked', async (args, _what, status) => {
  const origin = await started('--era', 'next', ...args);
  const cookies = new Map<string, string>();
  const { tokens: earlier } = await signInAt(origin, {}, { cookies });
  const { tokens: later } = await signInAt(origin, {}, { cookies });
  const body = new URLSearchParams({ client_id: TEST_CLIENT, token: earlier.refresh_token ?? '' });
  await fetch(`${origin}/oidc/token/revocation`, { method: 'POST', body });
  const headers = { authorization: `Bearer ${later.access_token}` };
  expect((await fetch(`${origin}/oidc/me`, { headers })).status).toBe(status);
});

it('refuses --shared-grants at servers of today', async () => {
  const refused = new Promise<string>((resolve) => {
    execFile(process.execPath, command('--shared-grants'), { cwd: root }, (error, _out, said) =>
      resolve(`${error?.code} ${said}`),
    );
  });
  expect(await refused).toBe('1 --shared-grants is for --era next.\n');
});
