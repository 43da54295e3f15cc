// Tests that drive the process's clock, cut off in the middle; the next test must find no trace of them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crashEverywhere } from '../crash-points.ts';
import { play } from '../histories.ts';
import { cellsOf, tryCell } from '../matrix.ts';
import { USE_CASES } from '../use-cases.ts';
import { createFaultHarness, type FaultHarness } from '../harness.ts';

const real = { setTimeout, clearTimeout, timeout: AbortSignal.timeout, digest: crypto.subtle.digest };
const now = () => ({
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  timeout: AbortSignal.timeout,
  digest: crypto.subtle.digest,
});

/** How many tests before this one timed out, rather than failing otherwise. */
let cuts = 0;
beforeEach(({ signal }) => signal.addEventListener('abort', () => cuts++));
const expectCut = () => {
  expect(cuts).toBe(1);
  cuts = 0;
};

/** Runs a harness of its own in many ways; anything an earlier test moves is a violation here. */
async function judge(signal: AbortSignal): Promise<void> {
  expectCut();
  expect(now()).toEqual(real);
  const violations: string[] = [];
  for (let seed = 1; seed <= 2; seed++) violations.push(...(await play(seed, signal)).violations);
  for (const useCase of USE_CASES.slice(0, 1))
    violations.push(
      ...(await crashEverywhere(useCase, { death: 'background', among: (point) => point % 9 === 0, signal }))
        .violations,
    );
  expect(violations).toEqual([]);
  expect(now()).toEqual(real);
}

/** So short that it is cut off during its first turns. */
const LIMIT = 150;

const endless: readonly [string, (signal: AbortSignal) => Promise<unknown>][] = [
  [
    'crash points',
    async (signal) => {
      for (const useCase of USE_CASES) await crashEverywhere(useCase, { death: 'browser', signal });
    },
  ],
  [
    'cells of the matrix',
    async (signal) => {
      for (const cell of cellsOf({ era: 'today', family: 'oauth' })) await tryCell(cell, signal);
    },
  ],
  [
    'histories',
    async (signal) => {
      for (let seed = 1; ; seed++) await play(seed, signal);
    },
  ],
];

for (const [what, run] of endless) {
  it(`cut: ${what}`, { timeout: LIMIT }, ({ signal }) => run(signal));
  it(`undisturbed: after ${what}`, ({ signal }) => judge(signal));
}

describe('one harness a test', () => {
  let harness: FaultHarness;
  beforeEach(() => {
    harness = createFaultHarness({ companion: true });
  });
  afterEach(() => harness.stop());

  it('cut: a harness that is used afterwards', { timeout: LIMIT }, async () => {
    const { time, session } = harness;
    const more = async () => {
      await time.until(session.signIn(), 'the sign-in');
      await time.until(session.runMaintenance(), 'the tending');
      time.advance(3_600_000);
      await time.until(session.signOut(), 'the sign-out');
    };
    for (;;) await more();
  });

  it('undisturbed: the same afterwards', async () => {
    expectCut();
    await harness.time.until(harness.session.signIn(), 'the sign-in');
    expect(harness.view()?.status).toBe('signedIn');
    expect(harness.time.now() - Date.parse('2026-11-21T10:00:00Z')).toBeLessThan(1000);
  });
});
