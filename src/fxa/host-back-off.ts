// Holds back every request to a host that asked for a pause: further ones would get the same answer.
import { JITTER, LONGEST_BACK_OFF } from './back-off.ts';
import { FxaError, type FxaErrorCode } from './errors.ts';

/** Called before each request and after each failure. */
export interface HostBackOff {
  /** @throws FxaError `rate_limited` or `server_unavailable` while requests to the host are held back. */
  check(url: string): Promise<void>;
  /** Records an error response. */
  record(url: string, error: FxaError): Promise<void>;
}

/** Until when (milliseconds) to send a host nothing, and the error it answered with; by host. */
export type Pauses = Readonly<Record<string, { readonly until: number; readonly code: FxaErrorCode }>>;

interface HostBackOffOptions {
  /** Where pauses are kept. Default: in memory, so that after a restart the host is asked once more. */
  readonly storage?: {
    read(): Promise<Pauses>;
    /** Changes without overlap what is stored. */
    update(change: (pauses: Pauses) => Pauses): Promise<void>;
  };
  /** Milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Pause in seconds after a 429 without `Retry-After`. */
const DEFAULT_SECONDS = 60;
const LONGEST_MS = LONGEST_BACK_OFF * 1000 * (1 + JITTER);

/**
 * Makes the back-off of one client or server process.
 *
 * @example
 * const http = { fetch, backOff: createHostBackOff({ now: Date.now, random: Math.random }) };
 */
export function createHostBackOff({ storage = inMemory(), now, random }: HostBackOffOptions): HostBackOff {
  return {
    async check(url) {
      const pauses = await storage.read();
      const { host } = new URL(url);
      const pause = Object.hasOwn(pauses, host) ? pauses[host] : undefined;
      const left = pause ? timeLeft(pause.until, now()) : 0;
      if (!pause || left === 0) return;
      // An hour at most, because callers add jitter of their own.
      const retryAfter = Math.min(LONGEST_BACK_OFF, Math.ceil(left / 1000));
      throw new FxaError(pause.code, 'The server asked for a pause.', { retryAfter });
    },

    async record(url, { code, retryAfter = code === 'rate_limited' ? DEFAULT_SECONDS : 0 }) {
      if (retryAfter === 0 || (code !== 'rate_limited' && code !== 'server_unavailable')) return;
      const { host } = new URL(url);
      const until = now() + retryAfter * 1000 * (1 + random() * JITTER);
      await storage.update((pauses) => {
        const current = Object.entries(pauses).filter(([, pause]) => timeLeft(pause.until, now()) > 0);
        const known = new Map(current).get(host);
        return {
          ...Object.fromEntries(current),
          [host]: known && known.until > until ? known : { until, code },
        };
      });
    },
  };
}

function inMemory(): NonNullable<HostBackOffOptions['storage']> {
  let pauses: Pauses = {};
  return {
    read: () => Promise.resolve(pauses),
    update(change) {
      pauses = change(pauses);
      return Promise.resolve();
    },
  };
}

/** Milliseconds left to wait. A time further ahead than any pause was set by a wrong clock and is ignored. Pure. */
function timeLeft(until: number, now: number): number {
  const left = until - now;
  return left > LONGEST_MS ? 0 : Math.max(0, left);
}
