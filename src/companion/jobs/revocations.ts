// Destroys at Mozilla accounts the grants that sign-outs left behind, until each is confirmed dead.
import { destroyGrant } from '../../fxa/destroy.ts';
import type { Deployment } from '../../fxa/environments.ts';
import { isFxaError, type FxaError } from '../../fxa/errors.ts';
import type { Http } from '../../fxa/http.ts';
import type { Revocation, Store } from '../store.ts';
import { delay } from './delay.ts';
import { hostBackOff } from './host-back-off.ts';

/** By then the grant has most likely died otherwise, and somebody is to look at what is wrong. */
const GIVEN_UP_MS = 30 * 86_400_000;

export type RevocationOutcome = 'done' | 'postponed' | 'set_aside';

export interface RevokerParts {
  readonly store: Pick<Store, 'revocation' | 'revoked' | 'postpone' | 'setAside'>;
  readonly deployment: (clientId: string) => Deployment;
  /** Its gate, if it has none, is a pause for every host that asks for one. */
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random?: () => number;
  /** For counters; `why` is a code. */
  readonly report?: (outcome: RevocationOutcome, why?: string) => void;
}

/** Tries one revocation once, by the grant's `refresh_token_id`. `signal` gives up on the network, not on the revocation. */
export type Revoke = (refreshTokenId: string, signal?: AbortSignal) => Promise<void>;

/** Rejects only with the store's own trouble: the row is then as it was, and comes round again. */
export function createRevoker(parts: RevokerParts): Revoke {
  const { store, deployment, now, random = Math.random, report } = parts;
  const http: Http = { ...parts.http, gate: parts.http.gate ?? hostBackOff(now) };

  return async (id, signal) => {
    const revocation = await store.revocation(id);
    if (revocation === undefined) return;
    const problem = await destroy(revocation, deployment, { ...http, signal });
    if (problem === undefined) {
      await store.revoked(id);
      report?.('done');
      return;
    }
    const permanent = permanentFailure(revocation, problem);
    if (permanent !== undefined) {
      await store.setAside(id, permanent);
      report?.('set_aside', permanent);
      return;
    }
    const { code, retryAfter } = problem;
    await store.postpone(id, delay(revocation.attempts, random(), retryAfter), code);
    report?.('postponed', code);
  };
}

type Problem = Pick<FxaError, 'code'> & Partial<Pick<FxaError, 'status' | 'retryAfter'>>;

/** Undefined: it is dead. A grant Mozilla accounts does not know is, which is also how a lost answer ends. */
async function destroy(
  { clientId, refreshTokenId }: Revocation,
  deployment: (clientId: string) => Deployment,
  http: Http,
): Promise<Problem | undefined> {
  try {
    await destroyGrant(deployment(clientId), { refreshTokenId }, http);
    return undefined;
  } catch (error) {
    return isFxaError(error) ? error : { code: 'internal' };
  }
}

/** What no repetition mends, as a code. A missing page is no such thing: servers lose their routes for an hour. Pure. */
function permanentFailure({ age }: Revocation, { code, status }: Problem): string | undefined {
  if (code === 'invalid_request' || (code === 'misconfigured' && status === 400)) return code;
  return age > GIVEN_UP_MS ? 'given_up' : undefined;
}
