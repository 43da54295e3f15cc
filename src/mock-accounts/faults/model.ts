/**
 * What can be made to go wrong at the mock server, as data. Pure: which fault takes a request, and what that leaves of it.
 *
 * Of no host, no route and no trusted certificate a client sees the same thing as of a lost connection (`drop`): no answer.
 */

/** Which requests a fault is for. CORS preflights and the panel itself have none of these names, and never fail. */
export const CALL_NAMES = [
  /** Every request. */
  'any',
  /** The JSON servers and discovery; the pages go on working. */
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
  /** How the sign-in page comes to a code: `/v1/oauth/authorization` and `POST /v1/authorization`. */
  'code',
  /** The page people sign in on, and `GET /v1/authorization`, which leads there. */
  'authorization',
] as const;

export type CallName = (typeof CALL_NAMES)[number];

/** What goes wrong. Unless it says otherwise the server does not see the request, so it does nothing. */
export type FaultEffect =
  | {
      /** An error answer of the server itself; where pages are served, a page. */
      readonly kind: 'status';
      readonly status: number;
      /** In the number space of the path asked. Left out: the usual one of that space for this status. */
      readonly errno?: number;
      /** The `Retry-After` header, in seconds. Left out: no header. */
      readonly retryAfter?: number;
      /** The body's member, as it stands there. Left out: the header's time in the unit of that server; `false`: none. */
      readonly bodyRetryAfter?: number | false;
      /** Whether the answer has CORS headers. Left out: yes, as on the recorded errors of the real servers. */
      readonly cors?: boolean;
    }
  | {
      /** A page where JSON is wanted: a captive portal's (a status below 400) or a proxy's. */
      readonly kind: 'html';
      /** Left out: 200. */
      readonly status?: number;
      /** In seconds, as for `status`. */
      readonly retryAfter?: number;
      /** Left out: no, since whoever answers here is not the server. Of real proxies nothing is recorded. */
      readonly cors?: boolean;
    }
  /** The connection is reset before any answer. */
  | { readonly kind: 'drop' }
  /** The server does the work; then the connection is reset instead of an answer. */
  | { readonly kind: 'drop-after' }
  /** The work is done, half of the answer arrives: as a lost connection, or as a complete answer of half a JSON text. */
  | { readonly kind: 'truncated'; readonly cut: 'connection' | 'json' }
  /** A wait of `ms` milliseconds: before the work (the default), between work and answer, or in the middle of the body. */
  | { readonly kind: 'slow'; readonly ms: number; readonly at?: 'before' | 'after' | 'body' }
  /** No answer, ever, on a connection that stays open. */
  | { readonly kind: 'silence' }
  /** Something else under the content type of JSON. */
  | { readonly kind: 'not-json'; readonly status?: number; readonly cors?: boolean }
  /** An answer without a body. */
  | { readonly kind: 'empty'; readonly status?: number; readonly cors?: boolean };

export type FaultEffectKind = FaultEffect['kind'];

export interface Fault {
  readonly where: CallName;
  readonly what: FaultEffect;
  /** How many requests it takes. Left out: all until it is cleared. */
  readonly times?: number;
  /** How many requests it lets pass first. */
  readonly skip?: number;
  /** How long it lasts, in seconds. A `Retry-After` of it never points beyond its end. Left out: until it is cleared. */
  readonly seconds?: number;
}

/** What is wrong with the whole server. */
export interface Settings {
  /** How far the server's clock is ahead, in seconds: `iat`, `exp`, `auth_at`, ends of tokens, `Date` and `Timestamp`. */
  readonly clockSkew: number;
  /** How often the signing key was replaced; a replaced key is gone from `/v1/jwks` at once. */
  readonly keyRotations: number;
  /** `/v1/jwks` does not have the signing key (yet), as if it came from somebody's cache. */
  readonly signingKeyUnpublished: boolean;
  /** Profiles lack `metricsEnabled`, as those of older servers do. */
  readonly hideMetricsEnabled: boolean;
  /** Every event is sent again after it was acknowledged. */
  readonly eventsTwice: boolean;
  /** Events are kept back for a moment; those that come together leave in reverse. */
  readonly eventsOutOfOrder: boolean;
  /** No event is sent until this is over; none is lost. */
  readonly eventsHeld: boolean;
  /** Events are signed with a key that is not the published one of that name. */
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

/** A fault at work. `hits` is how many requests it took, `passed` how many it let pass first; `since` in milliseconds. */
export interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  readonly hits: number;
  readonly passed: number;
  readonly since: number;
}

/** Whether a fault has taken all it was to take, or its time is over. `now` in milliseconds. */
export function isSpent({ fault, hits, since }: ActiveFault, now: number): boolean {
  return hits >= (fault.times ?? Number.POSITIVE_INFINITY) || secondsLeft({ fault, since }, now) <= 0;
}

/** Seconds until a fault ends by itself; infinite when it does not. `now` in milliseconds. */
export function secondsLeft({ fault, since }: Pick<ActiveFault, 'fault' | 'since'>, now: number): number {
  return (fault.seconds ?? Number.POSITIVE_INFINITY) - (now - since) / 1000;
}

/**
 * The first fault that takes a request of these names, and all faults as they are after that. Each fault that matches and lets the
 * request pass notes that too. `now` in milliseconds.
 */
export function take(
  active: readonly ActiveFault[],
  calls: readonly CallName[],
  now: number,
): { readonly taken?: ActiveFault; readonly active: readonly ActiveFault[] } {
  const after = [...active];
  for (const [index, entry] of active.entries()) {
    if (!calls.includes(entry.fault.where) || isSpent(entry, now)) continue;
    if (entry.passed < (entry.fault.skip ?? 0)) {
      after[index] = { ...entry, passed: entry.passed + 1 };
      continue;
    }
    const taken = { ...entry, hits: entry.hits + 1 };
    after[index] = taken;
    return { taken, active: after };
  }
  return { active: after };
}
