/**
 * The faults that the mock server can inject, as data, and pure functions that select one for a request.
 *
 * For unknown hosts, missing routes and untrusted certificates use `drop`: clients see the same, no response.
 */

/** The requests that a fault can match. CORS preflights and the panel have no name, so they never fail. */
export const CALL_NAMES = [
  /** Every request. */
  'any',
  /** The JSON servers and discovery; pages keep working. */
  'api',
  /** Both token endpoints. */
  'token',
  /** A token request with a code. */
  'exchange',
  /** A token request with a refresh token. */
  'refresh',
  /** `/v1/destroy` and `/v1/oauth/destroy`. */
  'destroy',
  /** Reading a profile, or one field of it. */
  'profile',
  'profile-write',
  'verify',
  'introspect',
  'jwks',
  'discovery',
  /** `/metrics-flow`, JSON of the site with the pages. */
  'metrics-flow',
  /** How the sign-in page gets a code: `/v1/oauth/authorization` and `POST /v1/authorization`. */
  'code',
  /** The sign-in page, and `GET /v1/authorization`, which redirects there. */
  'authorization',
] as const;

export type CallName = (typeof CALL_NAMES)[number];

/** What a fault does. Unless stated otherwise, the request does not reach the server. */
export type FaultEffect =
  | {
      /** An error response of the server itself; for pages, an error page. */
      readonly kind: 'status';
      readonly status: number;
      /** Default: the usual errno of that server for this status. */
      readonly errno?: number;
      /** A code of RFC 6749, section 5.2, in place of the errno. Default in era `next`: the usual one. */
      readonly error?: string;
      /** The `Retry-After` header, in seconds. Default: none. */
      readonly retryAfter?: number;
      /** The body's `retryAfter`, verbatim. Default: the header's time in that server's unit; `false`: none. */
      readonly bodyRetryAfter?: number | false;
      /** Whether the response has CORS headers. Default: true, as recorded from the real servers. */
      readonly cors?: boolean;
    }
  | {
      /** An HTML page instead of JSON: of a captive portal (status below 400) or a proxy. */
      readonly kind: 'html';
      /** Default: 200. */
      readonly status?: number;
      /** In seconds, as for `status`. */
      readonly retryAfter?: number;
      /** Default: false, since the response is not from the server. No real proxies were recorded. */
      readonly cors?: boolean;
    }
  /** Resets the connection before a response. */
  | { readonly kind: 'drop' }
  /** The server handles the request; then the connection is reset. */
  | { readonly kind: 'drop-after' }
  /** The server handles the request, but half the response is lost, by a broken connection or as incomplete JSON. */
  | { readonly kind: 'truncated'; readonly cut: 'connection' | 'json' }
  /** Waits `ms` milliseconds: before the request is handled (default), before the response, or within its body. */
  | { readonly kind: 'slow'; readonly ms: number; readonly at?: 'before' | 'after' | 'body' }
  /** Never responds, but keeps the connection open. */
  | { readonly kind: 'silence' }
  /** A body that is not JSON, with JSON's content type. */
  | { readonly kind: 'not-json'; readonly status?: number; readonly cors?: boolean }
  /** A response without a body. */
  | { readonly kind: 'empty'; readonly status?: number; readonly cors?: boolean };

export type FaultEffectKind = FaultEffect['kind'];

export interface Fault {
  readonly where: CallName;
  readonly what: FaultEffect;
  /** How many requests it applies to. Default: all. */
  readonly times?: number;
  /** How many matching requests it skips first. */
  readonly skip?: number;
  /** Its duration in seconds, which also limits its `Retry-After`. Default: until it is cleared. */
  readonly seconds?: number;
}

/** Faults of the whole server. */
export interface Settings {
  /** Seconds that the server's clock is ahead, in `iat`, `exp`, `auth_at`, token expiry, `Date` and `Timestamp`. */
  readonly clockSkew: number;
  /** How often the signing key was replaced; replaced keys disappear from `/v1/jwks` at once. */
  readonly keyRotations: number;
  /** `/v1/jwks` lacks the signing key, as if cached before a rotation. */
  readonly signingKeyUnpublished: boolean;
  /** Profiles lack `metricsEnabled`, as on older servers. */
  readonly hideMetricsEnabled: boolean;
  /** Every event is sent twice. */
  readonly eventsTwice: boolean;
  /** Events are delayed briefly and sent in reverse order. */
  readonly eventsOutOfOrder: boolean;
  /** Events are held until this is turned off. */
  readonly eventsHeld: boolean;
  /** Events are signed with another key than the published one of that `kid`. */
  readonly eventsWrongKey: boolean;
}

export const NOTHING_WRONG: Settings = {
  clockSkew: 0,
  keyRotations: 0,
  signingKeyUnpublished: false,
  hideMetricsEnabled: false,
  eventsTwice: false,
  eventsOutOfOrder: false,
  eventsHeld: false,
  eventsWrongKey: false,
};

/** A fault with its state: `hits` counts requests it applied to, `passed` those it skipped; `since` in milliseconds. */
export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  readonly hits: number;
  readonly passed: number;
  readonly since: number;
}

/** Whether a fault has reached its `times` or expired. `now` in milliseconds. */
export function isSpent({ fault, hits, since }: ActiveFault, now: number): boolean {
  return hits >= (fault.times ?? Number.POSITIVE_INFINITY) || secondsLeft({ fault, since }, now) <= 0;
}

/** Seconds until a fault expires; infinite without a duration. `now` in milliseconds. */
export function secondsLeft({ fault, since }: Pick<ActiveFault, 'fault' | 'since'>, now: number): number {
  return (fault.seconds ?? Number.POSITIVE_INFINITY) - (now - since) / 1000;
}

/**
 * The first fault that applies to a request of these names, and all faults with updated state, including those that
 * skipped the request. `now` in milliseconds.
 */
export function take(
  active: readonly ActiveFault[],
  calls: readonly CallName[],
  now: number,
): { readonly matched?: ActiveFault; readonly active: readonly ActiveFault[] } {
  const after = [...active];
  for (const [index, entry] of active.entries()) {
    if (!calls.includes(entry.fault.where) || isSpent(entry, now)) continue;
    if (entry.passed < (entry.fault.skip ?? 0)) {
      after[index] = { ...entry, passed: entry.passed + 1 };
      continue;
    }
    const matched = { ...entry, hits: entry.hits + 1 };
    after[index] = matched;
    return { matched, active: after };
  }
  return { active: after };
}
