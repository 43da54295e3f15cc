// Destroys the grants of signed-out sessions at Mozilla accounts, retrying until each is confirmed.
import { nextTry } from '../../fxa/back-off.ts';
import { destroyGrant } from '../../fxa/destroy.ts';
import { isFxaError, type FxaError } from '../../fxa/errors.ts';
import { createHostBackOff } from '../../fxa/host-back-off.ts';
import type { Http } from '../../fxa/http.ts';
import { DAY_MS } from '../day.ts';
import { atEndpoints, type CurrentEndpoints } from '../endpoints.ts';
import type { Revocation, Store } from '../store.ts';

/** By then the grant has most likely expired, and an operator should look at the cause. */
const GIVEN_UP_MS = 30 * DAY_MS;
/** Milliseconds between two attempts. */
export const WAITS = { first: 5_000, longest: 6 * 3_600_000 };

export interface RevokerParts {
  readonly store: Pick<Store, 'revocation' | 'revoked' | 'postpone' | 'setAside'>;
  readonly endpoints: CurrentEndpoints;
  readonly http: Omit<Http, 'backOff'>;
  /** Milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random?: () => number;
  /** For counters. */
  readonly report?: (outcome: 'done' | 'postponed' | 'set_aside') => void;
}

/** Attempts one revocation, by the grant's `refresh_token_id`. `signal` aborts the request, not the revocation. */
export type Revoke = (refreshTokenId: string, signal?: AbortSignal) => Promise<void>;

/** Creates the function. It rejects only with errors of the store; the row is then unchanged and will be retried. */
export function createRevoker(parts: RevokerParts): Revoke {
  const { store, endpoints, now, random = Math.random, report } = parts;
  const http: Http = { ...parts.http, backOff: createHostBackOff({ now, random }) };

  return async (id, signal) => {
    const revocation = await store.revocation(id);
    if (revocation === undefined) return;
    const problem = await destroy(revocation, endpoints, { ...http, signal });
    const permanent = problem && permanentFailure(revocation, problem);
    if (problem === undefined) {
      await store.revoked(id);
      report?.('done');
    } else if (permanent !== undefined) {
      await store.setAside(id, permanent);
      report?.('set_aside');
    } else {
      const wait = nextTry(WAITS, revocation.attempts, random(), problem.retryAfter);
      await store.postpone(id, wait, problem.code);
      report?.('postponed');
    }
  };
}

type Failure = Pick<FxaError, 'code'> & Partial<Pick<FxaError, 'status' | 'retryAfter'>>;

/** Undefined: destroyed. An unknown grant counts as destroyed, which also covers a lost response. */
async function destroy(
  { clientId, refreshTokenId }: Revocation,
  endpoints: CurrentEndpoints,
  http: Http,
): Promise<Failure | undefined> {
  try {
    await atEndpoints(endpoints, (known) =>
      destroyGrant({ name: 'custom', endpoints: known, clientId }, { refreshTokenId }, http),
    );
    return undefined;
  } catch (error) {
    return isFxaError(error) ? error : { code: 'internal' };
  }
}

/** The code of a permanent failure. A 404 page is not one: servers lose their routes for an hour at times. Pure. */
function permanentFailure({ age }: Revocation, { code, status }: Failure): string | undefined {
  if (code === 'invalid_request' || (code === 'misconfigured' && status === 400)) return code;
  return age > GIVEN_UP_MS ? 'given_up' : undefined;
}
