// The fault matrix: each fault in each state at each request. The session ends only if Mozilla accounts rejected the
// grant, every call ends with the code the rules expect, and once the fault is over everything recovers by itself.
import { liveSession, baseState } from '../../src/session/state/states.ts';
import { trackGrants } from './grant-tracker.ts';
import { WHERE, type MatrixCall, type MatrixFault } from './matrix-faults.ts';
import { expected, faultsOf, type Expected } from './matrix-rules.ts';
import { CALLS, enter, isLive, type Base } from './matrix-states.ts';
import { leftovers, brokenInvariants, pendingRevocations } from './invariants.ts';
import { createFaultHarness, type FaultHarness, type HarnessOptions } from './harness.ts';

export interface Cell {
  readonly server: Required<Pick<HarnessOptions, 'era' | 'family'>>;
  readonly call: MatrixCall;
  readonly base: Base;
  /** A sign-in is running on top of the state. */
  readonly over: boolean;
  readonly fault: MatrixFault;
}

const ALL = Object.keys(CALLS) as MatrixCall[];

/** `brief`: faults that differ only in their number aren't repeated with a sign-in on top. */
export function cellsOf(
  server: Cell['server'],
  { among = ALL, brief = false }: { among?: readonly MatrixCall[]; brief?: boolean } = {},
): readonly Cell[] {
  const other = server.family === 'discovered' ? 'reachability' : 'discovery';
  const calls = among.filter((call) => call !== other);
  return calls.flatMap((call) =>
    faultsOf(call, server).flatMap((fault) =>
      CALLS[call].bases.flatMap((base) =>
        (CALLS[call].over && !(brief && fault.byNumber) ? [false, true] : [false]).map((over) => ({
          server,
          call,
          base,
          over,
          fault,
        })),
      ),
    ),
  );
}

export const nameOf = ({ server: { era, family }, call, base, over, fault }: Cell) =>
  `${era}, ${family}: ${fault.name} at ${call}, ${over ? 'signing in over ' : ''}${base}`;

/** The violations; empty if all is well. Stops when the test's signal aborts. */
export async function tryCell(cell: Cell, signal: AbortSignal): Promise<string[]> {
  const { scope } = CALLS[cell.call];
  const harness = createFaultHarness({ ...cell.server, signal, ...(scope !== undefined && { scope }) });
  const wrong: string[] = [];
  try {
    await suffer(harness, cell, (what) => wrong.push(what));
  } catch (error) {
    signal.throwIfAborted();
    wrong.push(error instanceof Error ? error.message : String(error));
  } finally {
    harness.stop();
  }
  return wrong.map((what) => `${nameOf(cell)}: ${what}`);
}

async function suffer(harness: FaultHarness, cell: Cell, wrong: (what: string) => void): Promise<void> {
  const { call, base, over, fault, server } = cell;
  const { time, host, mock } = harness;
  const { prepare, act } = CALLS[call];
  await time.until(enter(harness, base, over), 'the state before');
  prepare?.(harness);
  const grantTracker = trackGrants(harness);
  const before = identity(harness);
  const skew = host.skew;
  let met = 0;
  mock.faults.onRequest(({ calls }) => void (met += calls.includes(WHERE[call]) ? 1 : 0));

  fault.begin(harness, call);
  const code = await time.until(act(harness), 'the call');
  await time.quiet();
  const wanted = rightly(expected(fault, call, server), cell);
  if (code !== wanted.code) wrong(`it ended with ${code ?? 'no code'}, not with ${wanted.code ?? 'none'}`);
  const idle = wanted.idle || (!isLive(base) && call === 'refresh');
  // With a stale token the refresh comes first.
  const isRefreshed = wanted.proof && call === 'profile';
  if (met > 0 === idle && !isRefreshed) wrong(idle ? 'a request was made' : 'no request was made');
  const now = identity(harness);
  const changed =
    wanted.proof ||
    (isAttempt(call) && (code === undefined || call === 'first profile') && wanted.code === code);
  if (!changed && now !== before) wrong(`the session went from ${before} to ${now}`);
  const to = wanted.proof ? 'needsReauth' : 'signedIn';
  if (changed && !now.startsWith(to)) wrong(`the session is ${now}, not ${to}`);
  for (const what of brokenInvariants(harness)) wrong(what);

  if (fault.leaveAlone !== undefined && wanted.code && call !== 'first profile' && !idle) {
    mock.faults.clear();
    const asked = met;
    await time.until(act(harness), 'the call, once more');
    if (met > asked) wrong('a host that asked for time was not left alone');
  }

  await heal(harness, skew);
  await afterwards(harness, cell, wrong);
  const { reason } = harness.view()?.endReason ?? {};
  if ((reason === 'rotation_lost') !== wanted.losesRotation) wrong(`it ended by ${reason ?? 'nothing'}`);
  if (!wanted.believed && grantTracker.forgottenGrants().length > 0) wrong('a grant was forgotten');
  const mayLose = call === 'exchange' && (fault.losesAnswer ?? false) ? 1 : 0;
  if (grantTracker.lostGrants().length > mayLose) wrong('a grant is unknown');
}

const isAttempt = (call: MatrixCall) =>
  ['discovery', 'reachability', 'exchange', 'jwks', 'first profile'].includes(call);

/** Without a session there is nothing to request for it. */
function rightly(wanted: Expected, { server, call, base, fault }: Cell): Expected {
  if (call === 'refresh' && !isLive(base)) {
    const code = base === 'needsReauth' ? 'reauth_required' : 'signed_out';
    return { ...wanted, code, proof: false, believed: false, losesRotation: false };
  }
  // FxA's own page, which the build knows, is gone.
  if (server.era === 'next' && call === 'reachability' && base === 'signedOut' && fault.looks !== 'nothing')
    return { ...wanted, code: wanted.code ?? 'cancelled' };
  // Of the outbox, only whether the grant is still in it is visible.
  return call === 'destroy' && wanted.code ? { ...wanted, code: 'server_unavailable' } : wanted;
}

/** The account signed in, beneath any attempt. */
function identity(harness: FaultHarness): string {
  const session = harness.record()?.session;
  if (!session) return 'signedOut';
  const live = liveSession(session);
  if (!live) return baseState(session).status;
  // On the next server, the refresh token is another one after each refresh.
  return `signedIn ${live.id}${harness.era === 'next' ? '' : ` ${live.grant.refreshTokenId}`}`;
}

const SOON_MS = 2 * 3_600_000;
const LONGEST_SLEEP_MS = 8 * 3_600_000;

/** The fault ends, the user gives up what they began, and the alarms fire until nothing is left to do. */
async function heal(harness: FaultHarness, skew: number): Promise<void> {
  const { host, mock, time } = harness;
  mock.faults.clear();
  Object.assign(host, { fetch: harness.network, skew });
  await time.until(harness.session.cancelSignIn(), 'the cancelling');
  time.advance(SOON_MS);
  for (let rings = 0; rings < 40; rings++) {
    await time.until(harness.session.runMaintenance(), 'the tending');
    if (pendingRevocations(harness).length === 0 && rings > 1) return;
    const left = Math.min(...host.alarms.values()) - time.now() - host.skew;
    // No wait may last for years.
    if (left > LONGEST_SLEEP_MS) return;
    time.advance(Math.max(0, left));
  }
}

async function afterwards(harness: FaultHarness, cell: Cell, wrong: (what: string) => void): Promise<void> {
  const { host, time, mock } = harness;
  for (const what of [...brokenInvariants(harness), ...leftovers(harness)]) wrong(`afterwards, ${what}`);
  const record = harness.record();
  if (pendingRevocations(harness).length > 0) wrong('the outbox never empties');
  if (record && liveSession(record.session)) {
    const token = await time
      .until(harness.session.accessToken('profile'), 'a token afterwards')
      .catch(() => undefined);
    if (token === undefined) wrong('afterwards there is no token to be had');
    await time.until(harness.session.refreshProfile(), 'news afterwards');
    const news = harness.record();
    const trouble = news && liveSession(news.session)?.profileError?.code;
    if (trouble !== undefined) wrong(`afterwards there is trouble: ${trouble}`);
  }
  // Whatever the clocks were, requests must not repeat endlessly.
  let refreshes = 0;
  mock.faults.onRequest(({ calls }) => void (refreshes += calls.includes('refresh') ? 1 : 0));
  for (let wakes = 0; wakes < 5; wakes++) {
    time.advance(60_000);
    await time.until(harness.session.runMaintenance(), 'a wake afterwards');
  }
  if (refreshes > 1) wrong(`${refreshes} refreshes in five minutes`);
  if (host.reports.length > 0) wrong(`reported: ${host.reports.map(String).join(', ')}`);
  if (cell.over && host.windows.open.length > 0) wrong('a window is left');
}
