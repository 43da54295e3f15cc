// Finds out about a token: by its own signature where the client is one that gets such tokens, else by asking Mozilla accounts.
import type { Endpoints } from '../../fxa/environments.ts';
import type { Http } from '../../fxa/http.ts';
import { introspect, verifyAccessToken, type KnownToken } from '../../fxa/introspection.ts';
import type { Client } from '../clients.ts';
import type { KeySet } from '../sets/key-set.ts';
import { LONGEST_LIFE } from './evictions.ts';
import { isSigned, readAccessJwt } from './jwt.ts';

export interface InquiryOptions {
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

export interface Finding extends KnownToken {
  /** Milliseconds. */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly isJwt: boolean;
}

/** Undefined for what is no live access token. `fresh`: Mozilla accounts must be asked, whatever the signature says. */
export type Inquiry = (token: string, fresh: boolean) => Promise<Finding | undefined>;

/** FxA: it takes nothing else for an access token, but a JWT. */
const OPAQUE = /^[0-9a-f]{64}$/;

/**
 * Makes an inquiry. What could not be an access token of one of the clients is refused without asking, so that other people's
 * secrets, sent here by mistake, go no further. Rejects with FxaError as `introspect` does, and with KeysUnavailable.
 */
export function createInquiry(options: InquiryOptions): Inquiry {
  const { clients, endpoints, http, mode, keySet, now } = options;
  const known = new Set(clients.map(({ clientId }) => clientId));
  const signing = new Set(clients.filter(({ jwt }) => jwt).map(({ clientId }) => clientId));

  return async (token, fresh) => {
    if (OPAQUE.test(token)) {
      const found =
        mode === 'introspect'
          ? await introspect(endpoints, token, { now: now() }, http)
          : await verifyAccessToken(endpoints, token, http);
      return found && { ...found, isJwt: false };
    }
    const claimed = readAccessJwt(token, { issuer: endpoints.issuer, now: now() });
    if (claimed === undefined || !known.has(claimed.clientId)) return undefined;
    const finding = { ...claimed, isJwt: true };
    const isLocal = keySet !== undefined && signing.has(claimed.clientId);
    if (isLocal && !(await isSigned(token, keySet))) return undefined;
    const isLong = claimed.expiresAt - claimed.issuedAt > LONGEST_LIFE;
    if (isLocal && !fresh && !isLong) return finding;
    // FxA: `/v1/introspect` knows nothing of short-lived JWTs; this one does.
    const found = await verifyAccessToken(endpoints, token, http);
    const isSame = found?.clientId === claimed.clientId && found.uid === claimed.uid;
    return isSame ? finding : undefined;
  };
}
