// Time that a test drives. Timers fire only when nothing else can move; so a time-out costs nothing, and a promise that
// nothing will ever settle is found at once. WebCrypto runs on threads of its own and is waited for.
//
// The timers are those of the whole process. One test has them at a time, and one that is out of time loses them:
// nothing that it still runs can move the clock any more, and the real timers are back before the next test begins.
import { testSignal, whenOutOfTime } from './test-signal.ts';

export interface Time {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Lets everything run that needs neither a timer nor the test. */
  quiet(): Promise<void>;
  /** Fires the next timer and moves the clock there; false when there is none. */
  tick(): boolean;
  readonly timers: number;
  /** Moves the clock, and fires what became due. */
  advance(ms: number): void;
  /** Waits for the work, firing timers as they come due. Throws when nothing moves any more before it has settled. */
  until<T>(work: Promise<T>, what: string): Promise<T>;
  /** Work that moves on threads of its own, as WebCrypto does, and is waited for. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Gives the real timers back. Any later use throws an error. */
  release(): void;
}

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Virtual milliseconds after which a test has waited long enough. */
const PATIENCE_MS = 600_000;
/** So many turns of the loop in which nothing begins count as quiet: bodies of answers take one or two to be read. */
const STILL_TURNS = 3;

const CRYPTO = [
  'decrypt',
  'deriveBits',
  'digest',
  'encrypt',
  'exportKey',
  'generateKey',
  'importKey',
] as const;
const MORE_CRYPTO = ['sign', 'verify', 'deriveKey', 'unwrapKey', 'wrapKey'] as const;

/** Gives back the timers that are taken. */
let giveBackTaken: (() => void) | undefined;

/** @throws Error when a test that has ended still has the timers: the next one would fail in its place. */
export function checkTimers(): void {
  if (!giveBackTaken) return;
  giveBackTaken();
  throw new Error('This test did not give the timers back.');
}

/**
 * Takes the timers of this process (or worker) until `release`, or until the signal aborts. `start` in milliseconds.
 *
 * @throws Error when another test has them.
 */
export function takeTime(start: number, signal = testSignal()): Time {
  signal.throwIfAborted();
  if (giveBackTaken) throw new Error('The timers are taken: an earlier harness was not stopped.');
  let now = start;
  let released = false;
  let ids = 0;
  let busy = 0;
  let moves = 0;
  const timers = new Map<number, Timer>();
  const real = { set: globalThis.setTimeout, clear: globalThis.clearTimeout, timeout: AbortSignal.timeout };

  const set = (fire: () => void, ms = 0) => {
    const id = ++ids;
    moves++;
    timers.set(id, { at: now + Math.max(0, ms), fire });
    return id;
  };
  globalThis.setTimeout = set as unknown as typeof setTimeout;
  globalThis.clearTimeout = ((id: number) => void timers.delete(id)) as unknown as typeof clearTimeout;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    set(() => controller.abort(new DOMException('timed out', 'TimeoutError')), ms);
    return controller.signal;
  };

  const during = <T>(work: Promise<T>) => {
    busy++;
    const done = () => {
      busy--;
      moves++;
    };
    work.then(done, done);
    return work;
  };

  const prototype = Object.getPrototypeOf(crypto.subtle) as Record<
    string,
    (...input: never[]) => Promise<unknown>
  >;
  const originals = [...CRYPTO, ...MORE_CRYPTO].map((name) => [name, prototype[name]] as const);
  for (const [name, original] of originals) {
    if (original === undefined) continue;
    prototype[name] = function (this: unknown, ...input) {
      return during(original.apply(this, input));
    };
  }

  const next = () => {
    let first: [number, Timer] | undefined;
    for (const entry of timers) if (first === undefined || entry[1].at < first[1].at) first = entry;
    return first;
  };
  const fire = ([id, timer]: [number, Timer]) => {
    timers.delete(id);
    now = Math.max(now, timer.at);
    timer.fire();
  };

  const rest = async (onTurn: () => void) => {
    for (let still = 0; still < STILL_TURNS; still++) {
      const before = moves;
      await new Promise(setImmediate);
      onTurn();
      if (busy > 0 || moves !== before) still = -1;
    }
  };
  const check = () => {
    signal.throwIfAborted();
    if (released) throw new Error('This time was given back: its test has ended.');
  };

  const time: Time = {
    now: () => now,
    async quiet() {
      check();
      await rest(check);
    },
    tick() {
      check();
      const timer = next();
      if (timer) fire(timer);
      return timer !== undefined;
    },
    get timers() {
      return timers.size;
    },
    advance(ms) {
      check();
      const end = now + ms;
      for (let timer = next(); timer && timer[1].at <= end; timer = next()) fire(timer);
      now = Math.max(now, end);
    },
    async until(work, what) {
      const state = { settled: false };
      const note = () => void (state.settled = true);
      work.then(note, note);
      const deadline = now + PATIENCE_MS;
      for (;;) {
        await time.quiet();
        if (state.settled) return work;
        if (!time.tick()) throw new Error(`Nothing moves any more, and this has not ended: ${what}`);
        if (now > deadline) throw new Error(`This takes longer than anybody waits: ${what}`);
      }
    },
    during,
    release() {
      // Out of time: what is still under way comes to rest first.
      if (!signal.aborted) giveBack();
    },
  };

  const giveBack = () => {
    if (released) return;
    released = true;
    forget();
    globalThis.setTimeout = real.set;
    globalThis.clearTimeout = real.clear;
    AbortSignal.timeout = real.timeout;
    for (const [name, original] of originals) if (original) prototype[name] = original;
    giveBackTaken = undefined;
  };
  const forget = whenOutOfTime(() => rest(() => undefined).then(giveBack), signal);
  giveBackTaken = giveBack;
  return time;
}
