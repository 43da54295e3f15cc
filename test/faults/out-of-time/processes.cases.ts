// Companions in processes of their own, cut off under load; the next test finds none of them alive, and uses its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { killAgainAndAgain } from '../../companion/kill/rounds.ts';
import { ask, builtCompanion, type BuiltCompanion } from '../../companion/harness.ts';

let built: BuiltCompanion;
let folder: string;
/** What the build may have left. */
let before: number;
beforeAll(async () => {
  built = await builtCompanion();
  folder = await mkdtemp(join(tmpdir(), 'companion-cut-'));
  before = processes();
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

const processes = () => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length;
const children = () => processes() - before;

let cuts = 0;

it('cut: kills of a companion', { timeout: 400 }, ({ signal }) => {
  signal.addEventListener('abort', () => cuts++);
  return killAgainAndAgain({
    name: 'a companion that is cut',
    built,
    where: { dataDir: join(folder, 'cut') },
  });
});

it('undisturbed: after kills of a companion', async () => {
  expect(cuts).toBe(1);
  // A process that has ended stays in Node's list for a moment.
  await expect.poll(children).toBe(0);
  const mock = await startMockServer({ era: 'today' });
  const companion = built.start(mock, { dataDir: join(folder, 'own') });
  const origin = await companion.listening;
  expect(children()).toBe(1);
  expect((await ask(`${origin}/__heartbeat__`)).status).toBe(200);
  expect(await companion.stop()).toBe(0);
  await mock.stop();
});
