// Crash at every point: before and after each call of a port the background or the whole browser is killed, and another
// starts. At any point the state must be one of the diagram's, every click must end visibly, and every live grant at
// the server must be known here. The one exception is an answer that never reached storage; these are counted.
//
// Locks are not points of their own: a crash there equals one between two other calls.
import type { Session } from '../../src/session/state/states.ts';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import { trackGrants, type GrantTracker } from './grant-tracker.ts';
import { leftovers, brokenInvariants, pendingRevocations } from './invariants.ts';
import { createFaultHarness, type FaultHarness, type HarnessOptions } from './harness.ts';

type Status = Session['status'];

export interface UseCase {
  readonly name: string;
  readonly harness?: HarnessOptions;
  /** It is about what only FxA's own servers do, or its preparation needs them. */
  readonly fxaOnly?: true;
  readonly prepare: (harness: FaultHarness) => Promise<unknown>;
  /** The work that is interrupted. */
  readonly run: (harness: FaultHarness) => Promise<unknown>;
  /** The same again, undisturbed; by default `run`. */
  readonly again?: (harness: FaultHarness) => Promise<unknown>;
  /** The record can't be read until the use case has run. */
  readonly unreadable?: true;
  /** The states allowed after the background died, and the additional ones after the browser died. */
  readonly after: readonly Status[];
  readonly afterBrowser?: readonly Status[];
  /** The state in the end. */
  readonly end: Status;
  /** What else is wrong in the end. */
  readonly check?: (harness: FaultHarness) => string[];
}

/** What dies: only the background, or the browser with everything that ends with it. */
export type Death = 'background' | 'browser';

export interface Outcome {
  points: number;
  /** Grants and tokens in answers that never reached storage. */
  lost: number;
  readonly violations: string[];
}

export interface CrashOptions {
  /** Signal of the test; everything stops when it aborts. */
  readonly signal: AbortSignal;
  readonly death: Death;
  /** Instead of the use case's own server. */
  readonly era?: AnyEra | undefined;
  /** Also kills the next background during its recovery, at each of its points. */
  readonly twice?: boolean;
  /** Which points to test, by number; by default all. */
  readonly among?: (point: number) => boolean;
  /** Called between points, to yield. True stops. */
  readonly stop?: () => boolean;
}

/** Runs a use case with a crash at each of its points. */
export async function crashEverywhere(useCase: UseCase, options: CrashOptions): Promise<Outcome> {
  const outcome: Outcome = { points: 0, lost: 0, violations: [] };
  const { among = () => true } = options;
  for (let point = 0; ; point++) {
    if (!among(point)) continue;
    for (let second = 0; ; second++) {
      if (options.stop?.()) return outcome;
      const died = await crash(useCase, options, point, options.twice ? second : undefined, outcome);
      if (died === 'never') {
        if (outcome.points === 0) outcome.violations.push(`${useCase.name}: it has no points`);
        return outcome;
      }
      if (died === 'once') break;
    }
  }
}

/** With `twice`, only if the second background reached its point. */
async function crash(
  useCase: UseCase,
  { death, era, signal }: CrashOptions,
  point: number,
  second: number | undefined,
  outcome: Outcome,
): Promise<'never' | 'once' | 'twice'> {
  const harness = createFaultHarness({ ...useCase.harness, ...(era && { era }), signal });
  const { time } = harness;
  const wrong = (what: string, where: string) =>
    outcome.violations.push(`${useCase.name}, ${where}: ${what}`);
  let where = 'while it is prepared';
  try {
    await time.until(useCase.prepare(harness), 'the preparation');
    const grantTracker = trackGrants(harness);
    const first = await dieAt(harness, point, () => useCase.run(harness));
    if (first === undefined) return 'never';
    where = `${death} killed at point ${point}, ${first.call}`;
    outcome.points++;
    const deaths = [first];
    if (death === 'browser') await endBrowser(harness);
    if (second !== undefined) {
      const next = await dieAt(harness, second, () => restarted(harness, useCase));
      if (next) {
        where += `, and again at point ${second}, ${next.call}`;
        deaths.push(next);
        if (death === 'browser') await endBrowser(harness);
      }
    }
    await time.until(restarted(harness, useCase), 'the next start');
    // A user in a window or tab continues there, and tries again only later.
    await time.quiet();
    time.advance(10_000);
    for (const what of afterDeath(harness, useCase, death, grantTracker, deaths)) wrong(what, where);

    const lost = grantTracker.lostGrants().length + grantTracker.lostTokens().length;
    outcome.lost += lost;
    await time.until((useCase.again ?? useCase.run)(harness), 'the same once more');
    await time.until(harness.session.runMaintenance(), 'the end');
    const unsaved = deaths.filter(({ unwritten }) => unwritten).length;
    for (const what of inTheEnd(harness, useCase, grantTracker, { lost, unsaved }))
      wrong(what, `${where}, and then once more`);
    return deaths.length === 2 ? 'twice' : 'once';
  } catch (error) {
    signal.throwIfAborted();
    wrong(error instanceof Error ? error.message : String(error), where);
    return 'once';
  } finally {
    harness.stop();
  }
}

/** As the background does: an error during recovery is reported, and it continues. */
async function restarted(harness: FaultHarness, { unreadable }: UseCase): Promise<void> {
  await harness.restart().catch((error: unknown) => {
    if (!unreadable) throw error;
  });
}

interface Moment {
  readonly call: string;
  /** Whether tokens were requested without a later call that had to wait until they were stored. */
  readonly unwritten: boolean;
}

/** Kills the background at a point of the work; undefined when the work ended before that point. */
async function dieAt(
  harness: FaultHarness,
  point: number,
  work: () => Promise<unknown>,
): Promise<Moment | undefined> {
  let passed = 0;
  let unwritten = false;
  let moment: Moment | undefined;
  const died = new Promise<void>((resolve) => {
    harness.host.onCall = (when, name) => {
      if (moment) return;
      const call = `${when} ${name}`;
      if (/^before fetch \S+\/token$/.test(call)) unwritten = true;
      else if (call === 'after memory.set tokens' || call.startsWith('before fetch')) unwritten = false;
      if (passed++ !== point) return;
      moment = { call, unwritten };
      harness.kill();
      resolve();
    };
  });
  await harness.time.until(Promise.race([died, work()]), 'the use case');
  harness.host.onCall = () => undefined;
  return moment;
}

/** Removes everything that ends with the browser. */
async function endBrowser({ host, time }: FaultHarness): Promise<void> {
  for (const id of host.windows.open) host.closeWindow(id);
  host.tabs.clear();
  await time.quiet();
  host.memory.clear();
  host.alarms.clear();
}

function afterDeath(
  harness: FaultHarness,
  useCase: UseCase,
  death: Death,
  grantTracker: GrantTracker,
  deaths: readonly Moment[],
): string[] {
  const status = harness.view()?.status ?? 'signedOut';
  const told = useCase.unreadable && harness.view()?.problem?.code === 'storage_corrupt';
  const wrong = told ? [] : brokenInvariants(harness);
  const lost = [...grantTracker.lostGrants(), ...(death === 'browser' ? [] : grantTracker.lostTokens())];
  if (lost.length > 0 && !deaths.some(({ unwritten }) => unwritten))
    wrong.push(`${lost.length} unknown grants or tokens`);
  if (grantTracker.forgottenGrants().length > 0) wrong.push('a grant was forgotten');
  // Access tokens lost with the browser expire within the hour; on the next server refused ones are left to.
  const kept = death === 'background' && harness.era !== 'next';
  if (kept && grantTracker.forgottenTokens().length > 0) wrong.push('a token was forgotten');

  const allowed = [
    ...useCase.after,
    ...(death === 'browser' ? (useCase.afterBrowser ?? []) : []),
    ...endedByLoss(harness, lost.length + deaths.filter(({ unwritten }) => unwritten).length),
  ];
  if (!allowed.includes(status)) wrong.push(`the state is ${status}`);
  const waiting = pendingRevocations(harness).some(({ owner }) => owner === undefined);
  if (waiting && !harness.host.alarms.has('fxa:outbox')) wrong.push('no alarm is set for the outbox');
  if (isSilent(harness)) wrong.push('an attempt ended in silence');
  if (harness.host.reports.length > 0) wrong.push(`reported: ${harness.host.reports.map(String).join(', ')}`);
  return wrong;
}

/** The user must see an outcome: signed in, an error, or an attempt still waiting in a tab. */
function isSilent(harness: FaultHarness): boolean {
  const { journal = [], session } = harness.record() ?? {};
  const last = journal.at(-1);
  if (session?.status === 'signingIn') return !(session.attempt.via === 'tab' && harness.host.tabs.size > 0);
  const failed = last?.from === 'signingIn' && !['sign_in', 'by_user'].includes(last.why);
  return failed && harness.view()?.problem?.code !== last.why;
}

/** On a server that rotates refresh tokens, one that never reached storage ends the sign-in, and the person is told. */
function endedByLoss(harness: FaultHarness, lost: number): readonly Status[] {
  const told = harness.view()?.endReason?.reason === 'rotation_lost';
  return harness.era === 'next' && told && lost > 0 ? ['needsReauth'] : [];
}

function inTheEnd(
  harness: FaultHarness,
  useCase: UseCase,
  grantTracker: GrantTracker,
  { lost, unsaved }: { readonly lost: number; readonly unsaved: number },
): string[] {
  const wrong = [...brokenInvariants(harness), ...leftovers(harness), ...(useCase.check?.(harness) ?? [])];
  const status = harness.view()?.status;
  const isEnded = endedByLoss(harness, lost + unsaved).some((one) => one === status);
  if (status !== useCase.end && !isEnded) wrong.push(`the state is ${status}, not ${useCase.end}`);
  if (grantTracker.forgottenGrants().length > 0) wrong.push('a grant was forgotten');
  const lostNow = grantTracker.lostGrants().length + grantTracker.lostTokens().length;
  if (lostNow > lost) wrong.push('unknown grants or tokens');
  const waiting = pendingRevocations(harness).length;
  if (waiting > 0) wrong.push(`${waiting} grants wait in the outbox`);
  if (harness.host.windows.open.length > 0) wrong.push('a window is left');
  if (harness.host.reports.length > 0) wrong.push(`reported: ${harness.host.reports.map(String).join(', ')}`);
  return wrong;
}
