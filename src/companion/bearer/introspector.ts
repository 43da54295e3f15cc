// Looks up a token: by its signature where the client gets JWTs, otherwise by asking Mozilla accounts.
import { followsStandards, type Endpoints } from '../../fxa/environments.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import type { Http } from '../../fxa/http.ts';
import {
  introspect,
  verifyAccessToken,
  type Authentication,
  type KnownToken,
} from '../../fxa/introspection.ts';
import type { Client } from '../clients.ts';
import { concurrencyLimit } from '../http/concurrency-limit.ts';
import { atEndpoints, type CurrentEndpoints } from '../endpoints.ts';
import type { FindKey } from '../security-events/signature.ts';
import { LONGEST_LIFE } from './evictions.ts';
import { isSigned, readAccessJwt } from './jwt.ts';

export interface IntrospectorOptions {
  readonly clients: readonly Client[];
  /** Secrets of confidential clients by client id: servers of the standards refuse their questions without. */
  readonly clientSecrets?: ReadonlyMap<string, string>;
  readonly endpoints: CurrentEndpoints;
  readonly http: Http;
  /** Endpoint for opaque tokens. `introspect` returns their expiry, `verify` does not. */
  readonly mode: 'introspect' | 'verify';
  /** Without it, JWTs are looked up at Mozilla accounts like any other token. */
  readonly findKey?: FindKey | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

interface TokenInfo extends KnownToken, Authentication {
  /** Milliseconds. */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly isJwt: boolean;
}

// Made-up tokens are free for an attacker but each costs a request to Mozilla accounts, which would soon rate-limit us.
const ASKED_AT_ONCE = 128;
const WAITING_TO_ASK = 256;

/** Other tokens are JWTs. Servers of the standards may give opaque tokens any form but that. */
const isOpaque = (at: Endpoints, token: string) =>
  (followsStandards({ endpoints: at }) ? /^[^.]+$/ : /^[0-9a-f]{64}$/).test(token);

/**
 * Creates a function that resolves with undefined unless a token is a live access token; `fresh`: it asks Mozilla
 * accounts even when the signature is valid. Strings that can't be an access token of one of the clients are refused
 * without asking, so that other secrets sent here by mistake are not passed on. Rejects with FxaError as `introspect`
 * does (`server_unavailable` also when too many lookups wait), and with KeysUnavailable.
 */
export function createIntrospector(options: IntrospectorOptions) {
  const { clients, clientSecrets, http, mode, findKey, now } = options;
  const known = new Set(clients.map(({ clientId }) => clientId));
  const signing = new Set(clients.filter(({ jwt }) => jwt).map(({ clientId }) => clientId));

  const busy = () =>
    new FxaError('server_unavailable', 'Too many lookups wait for Mozilla accounts', { retryAfter: 1 });
  const ask = concurrencyLimit(ASKED_AT_ONCE, WAITING_TO_ASK, busy);
  const verified = (at: Endpoints, token: string) => ask(() => verifyAccessToken(at, token, http));
  const introspected = (at: Endpoints, token: string, clientId?: string) => {
    const secret = clientSecrets?.get(clientId ?? '');
    const authentication = secret === undefined ? undefined : { client_secret: secret };
    return ask(() => introspect(at, token, { now: now(), clientId, authentication }, http));
  };

  /**
   * At a server of the standards: a public client may only ask about its own tokens. One that is refused, as it is not
   * registered there or has a secret, spares the tokens of the others.
   */
  const introspectedByEach = async (at: Endpoints, token: string) => {
    let refused: FxaError | undefined;
    for (const clientId of known) {
      try {
        const found = await introspected(at, token, clientId);
        if (found) return found;
      } catch (error) {
        if (!isFxaError(error) || error.code !== 'misconfigured') throw error;
        refused = error;
      }
    }
    if (refused) throw refused;
    return undefined;
  };

  const readJwt = (at: Endpoints, token: string) => readAccessJwt(token, { ...at, now: now() });

  const lookUp = async (at: Endpoints, token: string, fresh: boolean) => {
    const isStandard = followsStandards({ endpoints: at });
    if (isOpaque(at, token)) {
      const ofFxa = mode === 'introspect' ? introspected : verified;
      const found = await (isStandard ? introspectedByEach : ofFxa)(at, token);
      return found && { ...found, isJwt: false };
    }
    const claimed = readJwt(at, token);
    if (claimed === undefined || !known.has(claimed.clientId)) return undefined;
    const info = { ...claimed, isJwt: true };
    const isLocal = findKey !== undefined && signing.has(claimed.clientId);
    if (isLocal && !(await isSigned(token, findKey))) return undefined;
    const isLong = claimed.expiresAt - claimed.issuedAt > LONGEST_LIFE;
    if (isLocal && !fresh && !isLong) return info;
    // FxA: `/v1/introspect` may not know short-lived JWTs; `/v1/verify` does.
    const found = await (isStandard ? introspected(at, token, claimed.clientId) : verified(at, token));
    const isSame = found?.clientId === claimed.clientId && found.uid === claimed.uid;
    return isSame ? info : undefined;
  };

  const hasFormOf = (at: Endpoints, token: string) => isOpaque(at, token) || readJwt(at, token) !== undefined;

  return async (token: string, fresh: boolean): Promise<TokenInfo | undefined> => {
    const current = options.endpoints.current();
    // It has no form of FxA's, but another server may answer by now.
    if (!hasFormOf(current, token) && hasFormOf({ ...current, dialect: 'oauth2' }, token))
      await options.endpoints.askAgain();
    return atEndpoints(options.endpoints, (at) => lookUp(at, token, fresh));
  };
}
