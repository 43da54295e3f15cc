// The death of the background at every point of a refresh, on a server that rotates refresh tokens. Only an answer that
// never reached storage may end the sign-in; then it is told.
import { afterAll, expect, it } from 'vitest';
import { note } from './counts.ts';
import { trackGrants } from './grant-tracker.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';
import { brokenInvariants } from './invariants.ts';
import { signedIn } from './steps.ts';

export const HOUR_MS = 3_600_000;

export const statusOf = (harness: FaultHarness) => harness.view()?.status;
const swallow = () => undefined;

interface Killed {
  readonly call: string;
  /** The token endpoint had answered, and the next token was not stored. */
  readonly lost: boolean;
}

/** Kills the background at one of its points while it refreshes, and lets the next one go on. */
async function killedAt(point: number, death: 'background' | 'browser', signal: AbortSignal) {
  const harness = createFaultHarness({ era: 'next', signal });
  const { time, host } = harness;
  try {
    await time.until(signedIn(harness), 'the sign-in');
    const tracker = trackGrants(harness);
    time.advance(HOUR_MS);
    let passed = 0;
    let killed: Killed | undefined;
    const died = new Promise<void>((resolve) => {
      host.onCall = (when, call) => {
        if (killed || passed++ !== point) return;
        killed = { call: `${when} ${call}`, lost: tracker.lostGrants().length > 0 };
        harness.kill();
        resolve();
      };
    });
    await time.until(Promise.race([died, harness.session.accessToken('profile')]), 'the refresh');
    host.onCall = swallow;
    if (killed === undefined) return undefined;
    await time.quiet();
    if (death === 'browser') {
      host.memory.clear();
      host.alarms.clear();
    }
    await time.until(harness.restart(), 'the next start');
    time.advance(HOUR_MS);
    await time.until(harness.session.accessToken('profile').catch(swallow), 'the next refresh');
    const broken = brokenInvariants(harness);
    const { reason } = harness.view()?.endReason ?? {};
    await time.until(harness.session.signOut(), 'the sign-out');
    await time.until(harness.session.drainOutbox(), 'the end');
    return { killed, reason, broken, alive: harness.mock.store.liveGrants().length };
  } finally {
    harness.stop();
  }
}

/** One test for each death, at the chosen points. */
export function proveRotation(among: (point: number) => boolean): void {
  let points = 0;
  let lost = 0;
  afterAll(() =>
    note('crash points', points, `${lost} rotated tokens in answers that never reached storage`),
  );

  it.each(['background', 'browser'] as const)(
    'the death of the %s at any point ends it only where the next token was lost',
    { timeout: 600_000 },
    async (death) => {
      const { signal } = new AbortController();
      const wrong: string[] = [];
      let ended = 0;
      for (let point = 0; ; point += 1) {
        if (!among(point)) continue;
        const outcome = await killedAt(point, death, signal);
        if (outcome === undefined) break;
        points += 1;
        const { killed, reason, broken, alive } = outcome;
        if (killed.lost) lost += 1;
        if (reason === 'rotation_lost') ended += 1;
        const where = `${point}, ${killed.call}`;
        if ((reason === 'rotation_lost') !== killed.lost) wrong.push(`${where}: ended by ${reason}`);
        if (alive > 0) wrong.push(`${where}: ${alive} grants are alive in the end`);
        wrong.push(...broken.map((what) => `${where}: ${what}`));
      }
      expect(wrong).toEqual([]);
      expect(ended).toBeGreaterThan(0);
    },
  );
}
