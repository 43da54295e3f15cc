/** What `/v1/token` accepts, member by member, in the order it is checked. */
import type { EraRules } from '../era.ts';
import {
  clientId,
  clientSecret,
  codeVerifier,
  hexToken,
  redirectUriAtToken,
  scopeString,
} from '../validation/members.ts';
import { depends, optional, type Presence, type Schema, type Values } from '../validation/schema.ts';
import { integer, positive, string, url } from '../validation/types.ts';

const CODE = 'authorization_code';
const REFRESH = 'refresh_token';
const CREDENTIALS = 'fxa-credentials';
/** RFC 8693, sections 2.1 and 3. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const REFRESH_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:refresh_token';

const onlyFor =
  (grant: string, otherwise: Presence = 'forbidden', presence: Presence = 'required') =>
  (seen: Values): Presence =>
    seen.grant_type === grant ? presence : otherwise;

/**
 * A secret excludes a verifier; without one, a code grant needs the secret. FxA: so leaving the verifier out names
 * `client_secret`.
 */
const secretPresence =
  (hasHeader: boolean) =>
  (seen: Values): Presence => {
    if (seen.code_verifier !== undefined) return 'forbidden';
    if (seen.grant_type === TOKEN_EXCHANGE) return 'forbidden';
    if (seen.grant_type !== CODE) return 'optional';
    return hasHeader ? 'forbidden' : 'required';
  };

/** The schema; `hasHeader` says whether the client came in an Authorization header. */
export function tokenSchema(rules: EraRules, hasHeader: boolean): Schema {
  const life = rules.accessTokenLife;
  const grants = [CODE, REFRESH, CREDENTIALS, ...(rules.newerMembers ? [TOKEN_EXCHANGE] : [])];
  const scopePresence = (seen: Values): Presence => {
    if (seen.grant_type === CODE) return 'forbidden';
    return seen.grant_type === TOKEN_EXCHANGE ? 'required' : 'optional';
  };
  return {
    unknown: 'stripped',
    fields: [
      depends('client_id', clientId, () => (hasHeader ? 'forbidden' : 'required')),
      optional('grant_type', string({ oneOf: grants }), CODE),
      depends('redirect_uri', redirectUriAtToken, onlyFor(CODE, 'forbidden', 'optional')),
      optional('ttl', positive(rules.ttlAboveMaximum === 'refused' ? life : undefined)),
      depends('scope', scopeString(rules), scopePresence),
      depends(
        'access_type',
        string({ oneOf: ['offline', 'online'] }),
        onlyFor(CREDENTIALS, 'forbidden', 'optional'),
      ),
      depends('code', hexToken, onlyFor(CODE)),
      depends('code_verifier', codeVerifier, (seen) => (seen.code === undefined ? 'forbidden' : 'optional')),
      depends('client_secret', clientSecret, secretPresence(hasHeader)),
      depends('refresh_token', hexToken, onlyFor(REFRESH)),
      depends('assertion', string({ min: 50, max: 10_240 }), onlyFor(CREDENTIALS)),
      ...(rules.newerMembers
        ? [
            depends('subject_token', hexToken, onlyFor(TOKEN_EXCHANGE)),
            depends('subject_token_type', string({ oneOf: [REFRESH_TOKEN_TYPE] }), onlyFor(TOKEN_EXCHANGE)),
          ]
        : []),
      ...(rules.monorepo
        ? [optional('ppid_seed', integer(1024)), optional('resource', url(['https', 'http'], 2048))]
        : []),
    ],
  };
}
