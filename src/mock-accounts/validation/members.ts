/** The members OAuth requests are made of. */
import type { EraRules } from '../era.ts';
import { scopeValues } from '../scope-set.ts';
import { either, INVALID, type Kind, string } from './types.ts';

const LOWER_HEX = /^(?:[0-9a-f]{2})+$/;
const ANY_HEX = /^(?:[0-9a-fA-F]{2})+$/;
const JWT = /^[A-Za-z0-9\-_]+\.[A-Za-z0-9\-_]+\.[A-Za-z0-9\-_]+$/;

/** FxA: the OAuth paths take lower-case hex only. */
export const clientId = string({ length: 16, pattern: LOWER_HEX });
export const clientSecret = string({ length: 64, pattern: LOWER_HEX });
export const hexToken = string({ length: 64, pattern: LOWER_HEX });
/** Today an access token may also be a JWT. */
export const accessToken = either(hexToken, string({ max: 2048, pattern: JWT }));

/** FxA: the auth server's paths take hex of either case. */
export const anyCaseClientId = string({ length: 16, pattern: ANY_HEX });
export const anyCaseSecret = string({ pattern: ANY_HEX });
export const anyCaseToken = string({ length: 64, pattern: ANY_HEX });

/** FxA: `.` and `~`, legal in RFC 7636, are refused on the OAuth path and taken on the auth server's. */
export const codeVerifier = string({ min: 43, max: 128, pattern: /^[A-Za-z0-9-_]+$/ });
export const rfcCodeVerifier = string({ min: 43, max: 128, pattern: /^[A-Za-z0-9\-._~]+$/ });
export const codeChallenge = string({ length: 43, pattern: /^[A-Za-z0-9-_]+$/ });

/** FxA: optional at the token endpoint, never compared, but no `%`, `#`, `+`, `~` or `@` in it. */
export const redirectUriAtToken = string({ max: 256, pattern: /^[a-zA-Z0-9\-_/.:?=&]+$/ });

/** A compact JWE (RFC 7516, section 7.1); its encrypted key may be empty. */
export const keysJwe = string({
  max: 1024,
  pattern: /^[A-Za-z0-9-_]+\.[A-Za-z0-9-_]*\.[A-Za-z0-9-_]+\.[A-Za-z0-9-_]+\.[A-Za-z0-9-_]+$/,
});

/** A scope string that parses; empty means no scope at all. */
export const scopeString =
  ({ scopeMaxLength }: EraRules): Kind =>
  (value) => {
    if (value === null) return '';
    if (typeof value !== 'string' || value.length > scopeMaxLength.oauth) return INVALID;
    return scopeValues(value) === undefined ? INVALID : value;
  };

/** The auth server's own test of a scope string. */
export const authScope = ({ scopeMaxLength }: EraRules): Kind =>
  string({ max: scopeMaxLength.auth, pattern: /^[a-zA-Z0-9 _/.:-]*$/, empty: true });
