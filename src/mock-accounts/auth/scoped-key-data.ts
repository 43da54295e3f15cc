/** `POST /v1/account/scoped-key-data`: what the sign-in page needs, besides the password, to derive scoped keys. */
import type { Context } from 'hono';
import type { EraRules } from '../era.ts';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { checkScopes, isKeyBearing } from '../oauth/client-policy.ts';
import { findClient } from '../oauth/client-auth.ts';
import { authProblem } from '../problems.ts';
import { scopeValues } from '../scope-set.ts';
import type { Account, Client } from '../store/types.ts';
import { anyCaseClientId, authScope } from '../validation/members.ts';
import { depends, required, type Schema, validate } from '../validation/schema.ts';
import { INVALID } from '../validation/types.ts';
import type { MockContext } from '../context.ts';
import { needSession } from './session.ts';

/** The data for one scope. */
export interface KeyData {
  readonly identifier: string;
  /** 32 bytes in hex. FxA: always zeros so far, since single scopes cannot be rotated yet. */
  readonly keyRotationSecret: string;
  /** Milliseconds. */
  readonly keyRotationTimestamp: number;
}

const body = (rules: EraRules): Schema => ({
  unknown: 'stripped',
  fields: [
    required('client_id', anyCaseClientId),
    required('scope', authScope(rules)),
    depends(
      'assertion',
      () => INVALID,
      () => 'forbidden',
    ),
  ],
});

/** By scope, for the wanted scopes with keys. Throws 114 for scopes the client may not have. */
export function scopedKeyData(
  client: Client,
  account: Account,
  scope: string,
): Readonly<Record<string, KeyData>> {
  checkScopes(client, scope);
  const data = (identifier: string): KeyData => ({
    identifier,
    keyRotationSecret: '0'.repeat(64),
    keyRotationTimestamp: account.keysChangedAt,
  });
  const bearing = (scopeValues(scope) ?? []).filter(isKeyBearing);
  return Object.fromEntries(bearing.map((identifier) => [identifier, data(identifier)]));
}

/** The endpoint. Throws 104, 107, 108, 110, 162, 163, 204. */
export async function scopedKeyDataEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { account } = needSession(context, c);
  const params = validate(body(context.rules), await readPayload(c.req.raw)) as {
    client_id: string;
    scope: string;
  };
  if (context.store.clients.get(params.client_id)?.disabled === true) {
    throw authProblem(204, { clientId: params.client_id, retryAfter: 30 });
  }
  if (!account.verified) throw authProblem(104);
  return json(scopedKeyData(findClient(context, params.client_id), account, params.scope));
}
