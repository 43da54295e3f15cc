// ops/Dockerfile without Docker: its steps are run in folders, and what they leave is started as the image would be.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unprivileged } from '../../../scripts/machine/debian.mjs';
import { freePort } from '../../../scripts/machine/free-port.mjs';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { whenOutOfTime } from '../../harness/test-signal.ts';
import { ask, environment } from '../harness.ts';
import { buildImage, type Image } from './dockerfile.ts';

const PATIENCE_MS = 900_000;
const SLOW = { timeout: 120_000 };

const folders: string[] = [];
let server: RunningPostgres;
let mock: RunningMockServer;
let image: Image;
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  mock = await startMockServer({ era: 'today' });
  image = buildImage('ops/Dockerfile', '.', folders);
  for (const folder of [...folders, image.root]) chmodSync(folder, 0o755);
}, PATIENCE_MS);
afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await mock.stop();
  await server.stop();
}, PATIENCE_MS);

it(
  'the image runs as another user than root, answers its own health check, and stops when told to',
  async () => {
    expect(image.user).toBe('node');
    const port = await freePort();
    const env = {
      ...environment(mock, { databaseUrl: server.url }),
      ...image.env,
      HOST: '127.0.0.1',
      PORT: String(port),
    };
    const cwd = join(image.root, image.workdir);
    const [program = '', ...args] = image.command;
    // Whose files are another's is what a read-only root amounts to.
    const child = spawn(program, args, { cwd, env, ...unprivileged(), stdio: ['ignore', 'ignore', 'pipe'] });
    const forget = whenOutOfTime(() => child.kill('SIGKILL'));
    const exit = new Promise<number | null>((end) => child.once('exit', end));
    void exit.then(forget);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (more: string) => (said += more));
    const healthy = () => {
      const [test = '', ...rest] = image.healthcheck;
      return spawnSync(test, rest, { env, cwd }).status;
    };
    expect(healthy()).toBe(1);
    await expect.poll(() => said, SLOW).toContain(`companion: http://127.0.0.1:${port}`);
    expect(healthy()).toBe(0);
    const answer = await ask(`http://127.0.0.1:${port}/__lbheartbeat__`);
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
    expect((await ask(`http://127.0.0.1:${port}/__heartbeat__`)).body).toMatchObject({ status: 'ok' });
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  },
  PATIENCE_MS,
);
