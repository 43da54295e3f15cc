// Runs companions one after another and kills each at a random moment: while it starts, or while it works.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { testSignal } from '../../harness/test-signal.ts';
import { createChance } from '../../harness/random.ts';
import { note } from '../../faults/counts.ts';
import type { BuiltCompanion, Where } from '../harness.ts';
import { startLoad, type Load } from './load.ts';
import { findViolations, type After } from './invariants.ts';

/** Number of rounds; set `KILL_ROUNDS` for more. */
export const KILL_ROUNDS = Number(process.env.KILL_ROUNDS ?? 3);

/** Seed of the moments of the kills, which are otherwise up to the machine; set `KILL_SEED` for another. */
export const KILL_SEED = Number(process.env.KILL_SEED ?? 20_261_121);
if (!Number.isSafeInteger(KILL_SEED)) throw new Error('KILL_SEED must be a whole number.');

/** Milliseconds for all rounds, on a busy machine. */
export const PATIENCE_MS = 600_000 + KILL_ROUNDS * 20_000;

/** Every third companion is killed early: within this many milliseconds. */
const EARLY_MS = 1_000;
/** Maximum acknowledgements before a working companion is killed; the actual number is random. */
const MOST_ACKED = 200;
/** At most one per round: an address may create 60 sessions per minute. */
const DELETIONS = Math.min(KILL_ROUNDS, 30);

interface Rounds {
  readonly name: string;
  readonly built: BuiltCompanion;
  readonly where: Where;
}

/** Kills companions under load, and checks that nothing is lost. */
export async function killAgainAndAgain({ name, built, where }: Rounds): Promise<void> {
  const signal = testSignal();
  const chance = createChance(KILL_SEED);
  console.log(
    `kills on ${name}: KILL_SEED=${KILL_SEED} KILL_ROUNDS=${KILL_ROUNDS} kills at the same moments again`,
  );
  const mock = await startMockServer({ era: 'today' });
  // So that kills also hit grants that are destroyed but not yet recorded as such.
  mock.faults.set([{ where: 'destroy', what: { kind: 'slow', ms: 40, at: 'after' } }]);
  const start = () => {
    signal.throwIfAborted();
    return built.start(mock, where);
  };
  let companion = start();
  let targets = [await companion.listening];
  const load = await startLoad(mock, targets[0] ?? '', { deletions: DELETIONS, targets: () => targets });
  const deletions: Promise<void>[] = [];
  try {
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      if (round < DELETIONS) deletions.push(load.deleteOne());
      if (round % 3 === 2) {
        await wait(chance.next() * EARLY_MS);
      } else {
        targets = [await companion.listening];
        await acknowledged(load, chance.next() * MOST_ACKED);
        await wait(chance.next() * 20);
      }
      await companion.kill9();
      targets = [];
      companion = start();
    }
    targets = [await companion.listening];
    await Promise.all(deletions);
    await load.stop();
    await companion.kill9();
    mock.faults.clear();
    expect(load.deleted).toHaveLength(DELETIONS);
    await checkInvariants({ mock, built, where, load, kills: KILL_ROUNDS + 1, name });
  } finally {
    await load.stop();
    await companion.kill9();
    await mock.stop();
  }
}

/** Checks everything after the last kill, and reports how much that was. */
export async function checkInvariants({
  kills,
  name,
  ...after
}: After & { readonly kills: number; readonly name: string }): Promise<void> {
  expect(await findViolations(after)).toEqual([]);
  const { delivered, deleted, revoked } = after.load;
  const acked = delivered.filter((one) => one.acked).length + deleted.length;
  expect(acked).toBeGreaterThan(kills);
  expect(revoked.length).toBeGreaterThan(kills);
  note(`kills of the companion on ${name}`, kills, '0 lost');
  note(`events acknowledged on ${name}`, acked);
  note(`revocations acknowledged on ${name}`, revoked.length);
}

/** Resolves when `count` more events and one more sign-out have been acknowledged. */
export async function acknowledged({ delivered, revoked }: Load, more: number): Promise<void> {
  const signal = testSignal();
  const wanted = delivered.length + more;
  const handedIn = revoked.length;
  const come = () => {
    signal.throwIfAborted();
    return delivered.length >= wanted && revoked.length > handedIn;
  };
  await vi.waitUntil(come, { timeout: PATIENCE_MS, interval: 1 });
}
