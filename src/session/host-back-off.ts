// A host that asks for time gets it: no call goes there, whoever wants it, until that time has passed.
import { LONGEST_BACK_OFF } from '../fxa/back-off.ts';
import { FxaError, type FxaErrorCode } from '../fxa/errors.ts';
import type { Gate } from '../fxa/http.ts';
import type { Ports } from './ports.ts';

/** Lies in `storage.session`: it must outlive the background, and need not outlive the browser. */
const KEY = 'backOff';
const LOCK = 'fxa:backOff';

/** Seconds, where a server says "too many" and not until when. */
const DEFAULT_SECONDS = 60;
/** Up to this part is added, so that clients which were stopped together do not come back together. */
const JITTER = 0.25;
const LONGEST_MS = LONGEST_BACK_OFF * 1000 * (1 + JITTER);

/** Until which instant (milliseconds) a host is to be left alone, and what it answered. */
interface Stop {
  readonly until: number;
  readonly code: FxaErrorCode;
}
type Stops = Readonly<Record<string, Stop>>;

export function createHostBackOff({ memory, locks, now, random }: Ports): Gate {
  const stops = async () => ((await memory.get(KEY)) ?? {}) as Stops;
  return {
    async pass(url) {
      const stop = (await stops())[new URL(url).host];
      const left = stop ? timeLeft(stop.until, now()) : 0;
      if (!stop || left === 0) return;
      throw new FxaError(stop.code, 'The server asked to be left alone.', {
        retryAfter: Math.ceil(left / 1000),
      });
    },

    async refused(url, { code, retryAfter = code === 'rate_limited' ? DEFAULT_SECONDS : 0 }) {
      if (retryAfter === 0 || (code !== 'rate_limited' && code !== 'server_unavailable')) return;
      const until = now() + retryAfter * 1000 * (1 + random() * JITTER);
      await locks.exclusive(LOCK, async () => {
        const { host } = new URL(url);
        const all = await stops();
        const kept = Object.entries(all).filter(([, stop]) => timeLeft(stop.until, now()) > 0);
        const known = all[host];
        const longer = known && timeLeft(known.until, now()) > until - now() ? known : { until, code };
        await memory.set({ [KEY]: { ...Object.fromEntries(kept), [host]: longer } });
      });
    },
  };
}

/** Milliseconds still to wait. An instant further away than any back-off was set by a clock that is right again. Pure. */
export function timeLeft(until: number, now: number): number {
  const left = until - now;
  return left > LONGEST_MS ? 0 : Math.max(0, left);
}
