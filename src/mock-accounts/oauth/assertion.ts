/**
 * `POST /v1/authorization`, the older way to a code: with an identity assertion, which only Firefox and the sign-in
 * page can make.
 */
import type { Context } from 'hono';
import { readPayload } from '../http/payload.ts';
import { oauthProblem } from '../problems.ts';
import { clientId, keysJwe, scopeString } from '../validation/members.ts';
import {
  depends,
  optional,
  type Presence,
  required,
  type Schema,
  type Values,
  validate,
} from '../validation/schema.ts';
import { nullable, positive, string, url } from '../validation/types.ts';
import type { MockContext } from '../context.ts';

const forCode =
  (presence: Presence) =>
  (seen: Values): Presence =>
    seen.response_type === 'code' ? presence : 'forbidden';

function schemaOf(context: MockContext): Schema {
  const { rules } = context;
  return {
    unknown: !rules.monorepo ? 'refused' : 'stripped',
    fields: [
      required('client_id', clientId),
      required('assertion', string({ min: 50, max: 10_240, pattern: /^[a-zA-Z0-9_\-.~=]+$/ })),
      optional('redirect_uri', url(rules.redirectSchemes, 256)),
      optional('scope', scopeString(rules)),
      optional('response_type', string({ oneOf: ['code', 'token'] }), 'code'),
      depends('state', string({ max: rules.stateMaxLength }), (seen) =>
        seen.response_type === 'code' ? 'required' : 'optional',
      ),
      depends('ttl', positive(rules.accessTokenLife), (seen) =>
        seen.response_type === 'token' ? 'optional' : 'forbidden',
      ),
      optional('access_type', string({ oneOf: ['offline', 'online'] }), 'online'),
      depends('code_challenge', string({ length: 43 }), forCode('optional')),
      depends('code_challenge_method', string({ oneOf: ['S256'] }), (seen) =>
        seen.code_challenge === undefined ? forCode('optional')(seen) : 'required',
      ),
      depends('keys_jwe', keysJwe, forCode('optional')),
      optional('acr_values', nullable(string({ max: 256 }))),
    ],
  };
}

/** The endpoint. Throws 109, 202, and 104 for every assertion there is. */
export async function assertionEndpoint(context: MockContext, c: Context): Promise<Response> {
  const params = validate(schemaOf(context), await readPayload(c.req.raw, 'json-or-form'));
  const id = params.client_id as string;
  if (context.store.clients.get(id)?.disabled === true) throw oauthProblem(202, { clientId: id });
  throw oauthProblem(104);
}
