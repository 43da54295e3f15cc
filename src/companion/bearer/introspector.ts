// Finds out about a token: by its own signature where the client is one that gets such tokens, else by asking Mozilla accounts.
import type { Endpoints } from '../../fxa/environments.ts';
import { FxaError } from '../../fxa/errors.ts';
import type { Http } from '../../fxa/http.ts';
import { introspect, verifyAccessToken, type KnownToken } from '../../fxa/introspection.ts';
import type { Client } from '../clients.ts';
import { concurrencyLimit, QueueFull } from '../http/concurrency-limit.ts';
import type { KeySet } from '../security-events/key-set.ts';
import { LONGEST_LIFE } from './evictions.ts';
import { isSigned, readAccessJwt } from './jwt.ts';

export interface IntrospectorOptions {
  readonly clients: readonly Client[];
  readonly endpoints: Pick<Endpoints, 'issuer' | 'introspect' | 'verify'>;
  readonly http: Http;
  /** Whom to ask about opaque tokens. `introspect` says when they end, `verify` does not. */
  readonly mode: 'introspect' | 'verify';
  /** Without it JWTs are asked about like any other token. */
  readonly keySet?: KeySet | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface TokenInfo extends KnownToken {
  /** Milliseconds. */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly isJwt: boolean;
}

/** Undefined for what is no live access token. `fresh`: Mozilla accounts must be asked, whatever the signature says. */
export type Introspector = (token: string, fresh: boolean) => Promise<TokenInfo | undefined>;

// A token costs whoever makes one up nothing, and us a connection to Mozilla accounts, which would soon not answer us at all.
const ASKED_AT_ONCE = 128;
const WAITING_TO_ASK = 256;

/** FxA: it takes nothing else for an access token, but a JWT. */
const OPAQUE = /^[0-9a-f]{64}$/;

/**
 * Makes an inquiry. What could not be an access token of one of the clients is refused without asking, so that other people's
 * secrets, sent here by mistake, go no further. Rejects with FxaError as `introspect` does (`server_unavailable` also when too
 * many questions wait), and with KeysUnavailable.
 */
export function createIntrospector(options: IntrospectorOptions): Introspector {
  const { clients, endpoints, http, mode, keySet, now } = options;
  const known = new Set(clients.map(({ clientId }) => clientId));
  const signing = new Set(clients.filter(({ jwt }) => jwt).map(({ clientId }) => clientId));

  const inLine = concurrencyLimit(ASKED_AT_ONCE, WAITING_TO_ASK);
  const ask = <T>(question: () => Promise<T>) => inLine(question).catch(rejectBusy);
  const verified = (token: string) => ask(() => verifyAccessToken(endpoints, token, http));
  const introspected = (token: string) => ask(() => introspect(endpoints, token, { now: now() }, http));

  return async (token, fresh) => {
    if (OPAQUE.test(token)) {
      const found = await (mode === 'introspect' ? introspected(token) : verified(token));
      return found && { ...found, isJwt: false };
    }
    const claimed = readAccessJwt(token, { issuer: endpoints.issuer, now: now() });
    if (claimed === undefined || !known.has(claimed.clientId)) return undefined;
    const info = { ...claimed, isJwt: true };
    const isLocal = keySet !== undefined && signing.has(claimed.clientId);
    if (isLocal && !(await isSigned(token, keySet))) return undefined;
    const isLong = claimed.expiresAt - claimed.issuedAt > LONGEST_LIFE;
    if (isLocal && !fresh && !isLong) return info;
    // FxA: `/v1/introspect` knows nothing of short-lived JWTs; this one does.
    const found = await verified(token);
    const isSame = found?.clientId === claimed.clientId && found.uid === claimed.uid;
    return isSame ? info : undefined;
  };
}

function rejectBusy(reason: unknown): never {
  if (!(reason instanceof QueueFull)) throw reason;
  throw new FxaError('server_unavailable', 'Too many questions wait for Mozilla accounts', { retryAfter: 1 });
}
