// Backs off from a host that asks for it, for the whole process: further requests would get the same answer.
import { FxaError, type FxaErrorCode } from '../../fxa/errors.ts';
import type { Gate } from '../../fxa/http.ts';

/** Seconds, for a 429 without `Retry-After`. */
const DEFAULT_WAIT = 60;

interface BackOff {
  /** Milliseconds. */
  readonly until: number;
  readonly code: FxaErrorCode;
}

/** Kept in memory: after a restart one request is made and the host asks again. `now` in milliseconds. */
export function hostBackOff(now: () => number): Gate {
  const backOffs = new Map<string, BackOff>();
  return {
    async pass(url) {
      const backOff = backOffs.get(new URL(url).host);
      const left = backOff === undefined ? 0 : backOff.until - now();
      if (backOff === undefined || left <= 0) return Promise.resolve();
      throw new FxaError(backOff.code, 'The server asked for a pause', {
        retryAfter: Math.ceil(left / 1000),
      });
    },

    async refused(url, { code, retryAfter = code === 'rate_limited' ? DEFAULT_WAIT : 0 }) {
      if (retryAfter === 0 || (code !== 'rate_limited' && code !== 'server_unavailable'))
        return Promise.resolve();
      const { host } = new URL(url);
      const until = Math.max(now() + retryAfter * 1000, backOffs.get(host)?.until ?? 0);
      backOffs.set(host, { until, code });
      return Promise.resolve();
    },
  };
}
