// The endpoints that Mozilla accounts has now. Mozilla plans another server, and a companion runs for months: on the day
// of the change it learns the new ones without a restart.
import { isDeepStrictEqual } from 'node:util';
import { currentEndpoints } from '../fxa/discovery.ts';
import type { Endpoints } from '../fxa/environments.ts';
import { isFxaError } from '../fxa/errors.ts';
import type { Http } from '../fxa/http.ts';
import { cachedFor } from './operations/cached-for.ts';

export interface CurrentEndpoints {
  readonly current: () => Endpoints;
  /**
   * Asks the issuer again, at most once a minute and once for all callers; resolves with the endpoints in use from then
   * on. Never rejects: a document that can't be fetched or used changes nothing.
   */
  readonly askAgain: () => Promise<Endpoints>;
}

/** Milliseconds between two questions. */
const LEAST_BETWEEN = 60_000;

export interface EndpointsOptions {
  /** Those of the start. */
  readonly first: Endpoints;
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
  /** Called when they have changed. */
  readonly changed?: (endpoints: Endpoints) => void;
}

/** Begins with the endpoints given; nothing is fetched before `askAgain`. */
export function createEndpoints({ first, http, now, changed }: EndpointsOptions): CurrentEndpoints {
  let current = first;
  const askAgain = cachedFor(LEAST_BETWEEN, now, async () => {
    const found = await currentEndpoints(current, http).catch(() => current);
    if (isDeepStrictEqual(found, current)) return current;
    current = found;
    changed?.(current);
    return current;
  });
  return { current: () => current, askAgain };
}

/**
 * Makes a request that may be repeated. If nothing is at its address any more, or the server can't do it, asks for the
 * endpoints, and tries once more where they have changed.
 *
 * @throws FxaError as the request.
 */
export async function atEndpoints<T>(
  { current, askAgain }: CurrentEndpoints,
  request: (endpoints: Endpoints) => Promise<T>,
): Promise<T> {
  const first = current();
  try {
    return await request(first);
  } catch (error) {
    if (!mayHaveMoved(error)) throw error;
    const now = current() === first ? await askAgain() : current();
    if (now === first) throw error;
    return request(now);
  }
}

function mayHaveMoved(error: unknown): boolean {
  if (!isFxaError(error)) return false;
  const { status, code } = error;
  return status === 404 || status === 410 || code === 'offline' || code === 'unsupported';
}
