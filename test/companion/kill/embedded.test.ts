// A companion on the embedded database that is killed repeatedly: nothing it acknowledged is lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { builtCompanion, type BuiltCompanion } from '../harness.ts';
import { killAgainAndAgain, PATIENCE_MS } from './rounds.ts';

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
  'loses nothing it acknowledged when it is killed repeatedly',
  () => killAgainAndAgain({ name: 'the embedded database', built, where: { dataDir: join(folder, 'data') } }),
  PATIENCE_MS,
);
