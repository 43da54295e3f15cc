// Holds back every request to a host that asked for a pause, until the pause is over.
import { LONGEST_BACK_OFF } from '../fxa/back-off.ts';
import { FxaError, type FxaErrorCode } from '../fxa/errors.ts';
import type { Gate } from '../fxa/http.ts';
import type { Ports } from './ports.ts';
import { LOCKS, MEMORY } from './state/storage-items.ts';

/** Pause in seconds after a 429 without `Retry-After`. */
const DEFAULT_SECONDS = 60;
/** Up to this fraction is added, so that clients stopped together don't all return together. */
const JITTER = 0.25;
const LONGEST_MS = LONGEST_BACK_OFF * 1000 * (1 + JITTER);

/** Until when (milliseconds) to send a host nothing, and the error it answered with. */
interface Stop {
  readonly until: number;
  readonly code: FxaErrorCode;
}
type Stops = Readonly<Record<string, Stop>>;

export function createHostBackOff({ memory, locks, now, random }: Ports): Gate {
  const stops = async () => ((await memory.get(MEMORY.backOff)) ?? {}) as Stops;
  return {
    async pass(url) {
      const stop = (await stops())[new URL(url).host];
      const left = stop ? timeLeft(stop.until, now()) : 0;
      if (!stop || left === 0) return;
      throw new FxaError(stop.code, 'The server asked for a pause.', {
        retryAfter: Math.ceil(left / 1000),
      });
    },

    async refused(url, { code, retryAfter = code === 'rate_limited' ? DEFAULT_SECONDS : 0 }) {
      if (retryAfter === 0 || (code !== 'rate_limited' && code !== 'server_unavailable')) return;
      const until = now() + retryAfter * 1000 * (1 + random() * JITTER);
      await locks.exclusive(LOCKS.backOff, async () => {
        const { host } = new URL(url);
        const all = await stops();
        const kept = Object.entries(all).filter(([, stop]) => timeLeft(stop.until, now()) > 0);
        const known = all[host];
        const longer = known && timeLeft(known.until, now()) > until - now() ? known : { until, code };
        await memory.set({ [MEMORY.backOff]: { ...Object.fromEntries(kept), [host]: longer } });
      });
    },
  };
}

/** Milliseconds left to wait. A time further ahead than any pause was set by a wrong clock and is ignored. Pure. */
export function timeLeft(until: number, now: number): number {
  const left = until - now;
  return left > LONGEST_MS ? 0 : Math.max(0, left);
}
