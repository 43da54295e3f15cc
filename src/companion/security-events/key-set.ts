// Caches the key set of Mozilla accounts. Keys survive an outage of their server, and a new one is fetched when a token
// names it.
//
// jose's remote key set is not used: it drops all known keys when the server is down at the wrong moment, and can't
// tell a missing key from a failed fetch.
import type { KeyObject } from 'node:crypto';
import { FxaError } from '../../fxa/errors.ts';
import { requestJson } from '../../fxa/http.ts';
import type { Http } from '../../fxa/http.ts';
import { atEndpoints, type CurrentEndpoints } from '../endpoints.ts';
import { publicKeys } from './public-keys.ts';
import { Refusal } from './refusal.ts';
import type { FindKey } from './signature.ts';

/** Whether the key exists is unknown: the key set can't be fetched, or was fetched a moment ago. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  /** Seconds until a retry makes sense. */
  readonly retryAfter: number;
  readonly why: 'keys_unreachable' | 'keys_just_read';

  constructor(why: KeysUnavailable['why'], retryAfter: number) {
    super('The key set is unavailable');
    this.why = why;
    this.retryAfter = retryAfter;
  }
}

export interface KeySetOptions {
  readonly endpoints: CurrentEndpoints;
  /** `timeout` defaults to 5 s, since the sender of a SET waits at most ten. */
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
  /** Called for each failed fetch, including background ones. */
  readonly report?: (error: unknown) => void;
}

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** A key set younger than this is not refetched for a known key. */
const FRESH = 600 * SECOND;
/** A key set older than this is refetched first; its keys remain valid while that fails. */
const STALE = HOUR;
/** How long a withdrawn key stays valid, since it may have signed tokens still in transit. */
const WITHDRAWN_KEY = HOUR;
const UNREACHABLE_KEY = 24 * HOUR;
/** Minimum time between fetches, so that tokens with made-up key ids can't be used to flood Mozilla accounts. */
const COOL_DOWN = 30 * SECOND;
const COOL_DOWN_AFTER_FAILURE = 5 * SECOND;

/**
 * Creates the cache; nothing is fetched before the first lookup. A lookup fetches first only when the key is unknown or
 * the key set is older than an hour. Rejects with Refusal `key` when a newly fetched key set doesn't contain it, and
 * with KeysUnavailable.
 */
export function createKeySet({ endpoints, http, now, report }: KeySetOptions): FindKey {
  const patient = { ...http, timeout: http.timeout ?? 5 * SECOND };
  let known = new Map<string, { readonly key: KeyObject; readonly seenAt: number }>();
  let readAt = -Infinity;
  let pause = { from: -Infinity, until: -Infinity };
  let failed = false;
  let refreshing: Promise<boolean> | undefined;

  const fetchKeys = () =>
    atEndpoints(endpoints, ({ jwks }) => requestJson(patient, 'keys', jwks, { method: 'GET' }));

  function trusted(kid: string, at: number): KeyObject | undefined {
    const found = known.get(kid);
    if (!found) return undefined;
    const { key, seenAt } = found;
    return isWithin(at, seenAt, seenAt === readAt ? UNREACHABLE_KEY : WITHDRAWN_KEY) ? key : undefined;
  }

  async function findAnew(kid: string): Promise<KeyObject> {
    const isRefreshed = await refresh(now());
    const at = now();
    const key = trusted(kid, at);
    if (key) return key;
    if (isRefreshed) throw new Refusal('key');
    const retryAfter = Math.max(1, Math.ceil((pause.until - at) / SECOND));
    throw new KeysUnavailable(failed ? 'keys_unreachable' : 'keys_just_read', retryAfter);
  }

  /** Fetches the key set, one request at a time. False when that failed or is too early; never rejects. */
  function refresh(at: number): Promise<boolean> {
    const isTooEarly = at >= pause.from && at < pause.until;
    if (!refreshing && !isTooEarly) refreshing = read(at).finally(() => (refreshing = undefined));
    return refreshing ?? Promise.resolve(false);
  }

  async function read(at: number): Promise<boolean> {
    try {
      const current = publicKeys(await fetchKeys());
      const withdrawn = [...known].filter(
        ([kid, { seenAt }]) => !current.has(kid) && isWithin(at, seenAt, WITHDRAWN_KEY),
      );
      known = new Map([
        ...withdrawn,
        ...[...current].map(([kid, key]) => [kid, { key, seenAt: at }] as const),
      ]);
      readAt = at;
      failed = false;
      pause = { from: at, until: at + COOL_DOWN };
      return true;
    } catch (error) {
      const wait = error instanceof FxaError ? (error.retryAfter ?? 0) * SECOND : 0;
      failed = true;
      pause = { from: at, until: now() + Math.max(wait, COOL_DOWN_AFTER_FAILURE) };
      report?.(error);
      return false;
    }
  }

  return (kid) => {
    const at = now();
    const key = trusted(kid, at);
    if (!key || !isWithin(at, readAt, STALE)) return findAnew(kid);
    if (!isWithin(at, readAt, FRESH)) void refresh(at);
    return key;
  };
}

/** Also false when the clock was set back, so that the key set is refetched. */
function isWithin(at: number, since: number, span: number): boolean {
  return at >= since && at - since <= span;
}
