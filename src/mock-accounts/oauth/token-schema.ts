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

const onlyFor =
  (grant: string, otherwise: Presence = 'forbidden', presence: Presence = 'required') =>
  (seen: Values): Presence =>
    seen.grant_type === grant ? presence : otherwise;

/** A secret excludes a verifier; without one, a code grant needs the secret. FxA: so leaving the verifier out names `client_secret`. */
const secretPresence =
  (hasHeader: boolean) =>
  (seen: Values): Presence => {
    if (seen.code_verifier !== undefined) return 'forbidden';
    if (seen.grant_type !== CODE) return 'optional';
    return hasHeader ? 'forbidden' : 'required';
  };

/** The schema; `hasHeader` says whether the client came in an Authorization header. */
export function tokenSchema(rules: EraRules, hasHeader: boolean): Schema {
  const life = rules.accessTokenLife;
  return {
    unknown: 'stripped',
    fields: [
      depends('client_id', clientId, () => (hasHeader ? 'forbidden' : 'required')),
      optional('grant_type', string({ oneOf: [CODE, REFRESH, CREDENTIALS] }), CODE),
      depends('redirect_uri', redirectUriAtToken, onlyFor(CODE, 'forbidden', 'optional')),
      optional('ttl', positive(rules.ttlAboveMaximum === 'refused' ? life : undefined)),
      depends('scope', scopeString, (seen) => (seen.grant_type === CODE ? 'forbidden' : 'optional')),
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
      ...(rules.monorepo
        ? [optional('ppid_seed', integer(1024)), optional('resource', url(['https', 'http'], 2048))]
        : []),
    ],
  };
}
