// The embedded database on a disk, and a companion that is killed over and over: nothing that was answered is lost.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startStandin } from '../../../src/standin/listen.ts';
import { createChance } from '../../fakes/random.ts';
import { ask, builtCompanion, type BuiltCompanion } from '../world.ts';
import { KILL_SEED, killAgainAndAgain, PATIENCE_MS } from './rounds.ts';

let built: BuiltCompanion;
let folder: string;
beforeAll(async () => {
  built = await builtCompanion();
  folder = await mkdtemp(join(tmpdir(), 'companion-killed-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

it(
  'is made all the same when its making was cut short',
  async () => {
    const standin = await startStandin({ era: 'today' });
    const dataDir = join(folder, 'cut-short');
    const files = createChance(KILL_SEED).below(900);
    const first = built.start(standin, { dataDir });
    await vi.waitUntil(async () => (await entries(dataDir)) > files, { timeout: PATIENCE_MS, interval: 5 });
    await first.kill9();
    const second = built.start(standin, { dataDir });
    expect((await ask(`${await second.listening}/__heartbeat__`)).status).toBe(200);
    expect(await second.stop()).toBe(0);
    await standin.stop();
  },
  PATIENCE_MS,
);

it(
  'loses nothing that was acknowledged',
  () => killAgainAndAgain({ name: 'the embedded database', built, where: { dataDir: join(folder, 'data') } }),
  PATIENCE_MS,
);

const entries = (dir: string) =>
  readdir(dir, { recursive: true }).then(
    ({ length }) => length,
    () => 0,
  );
