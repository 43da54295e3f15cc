// One companion after the other, each killed at a moment nobody chose: while it starts, or while it works.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { startStandin } from '../../../src/standin/listen.ts';
import type { BuiltCompanion, Where } from '../world.ts';
import { startLoad, type Load } from './load.ts';
import { prove } from './proof.ts';

/** `KILL_ROUNDS` for more. */
export const KILL_ROUNDS = Number(process.env.KILL_ROUNDS ?? 8);

/** For all rounds, in milliseconds, on a machine that has much else to do. */
export const PATIENCE_MS = 120_000 + KILL_ROUNDS * 20_000;

/** Every third companion is killed before it has come far: within this many milliseconds. */
const EARLY_MS = 1_000;
/** So many acknowledgements at most of one that works. Below it chance decides. */
const MOST_ACKED = 200;
/** One a round, as long as there are any: an address may buy 60 sessions a minute. */
const DELETIONS = Math.min(KILL_ROUNDS, 30);

interface Rounds {
  readonly name: string;
  readonly built: BuiltCompanion;
  readonly where: Where;
}

/** Kills under load, and proves that nothing is lost. */
export async function killAgainAndAgain({ name, built, where }: Rounds): Promise<void> {
  const standin = await startStandin({ era: 'today' });
  // So that kills also meet a grant that is dead while nobody has written that down.
  standin.faults.set([{ where: 'destroy', what: { kind: 'slow', ms: 40, at: 'after' } }]);
  let companion = built.start(standin, where);
  const load = await startLoad(standin, await companion.listening, DELETIONS);
  const deletions: Promise<void>[] = [];
  try {
    for (let round = 0; round < KILL_ROUNDS; round += 1) {
      if (round < DELETIONS) deletions.push(load.deleteOne());
      if (round % 3 === 2) {
        await wait(Math.random() * EARLY_MS);
      } else {
        load.target = await companion.listening;
        await acknowledged(load, Math.random() * MOST_ACKED);
        await wait(Math.random() * 20);
      }
      await companion.kill9();
      load.target = undefined;
      companion = built.start(standin, where);
    }
    load.target = await companion.listening;
    await Promise.all(deletions);
    await load.stop();
    await companion.kill9();
    standin.faults.clear();
    expect(load.deleted).toHaveLength(DELETIONS);
    await prove({ standin, built, where, load, kills: KILL_ROUNDS + 1, name });
  } finally {
    await load.stop();
    await companion.kill9();
    await standin.stop();
  }
}

/** Resolves when so many more events, and one more sign-out, have been acknowledged. */
export async function acknowledged({ told, revoked }: Load, more: number): Promise<void> {
  const wanted = told.length + more;
  const handedIn = revoked.length;
  await vi.waitUntil(() => told.length >= wanted && revoked.length > handedIn, {
    timeout: PATIENCE_MS,
    interval: 1,
  });
}
