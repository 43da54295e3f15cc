/** Who asks: the client of a request, its secret checked where it has one. */
import { type EraRules } from '../era.ts';
import { oauthProblem } from '../problems.ts';
import type { Client } from '../store/types.ts';
import { clientId, clientSecret } from '../validation/members.ts';
import { INVALID } from '../validation/types.ts';
import type { MockContext } from '../context.ts';

export interface Credentials {
  readonly id: string;
  readonly secret: string | undefined;
}

/** FxA: 2019 put the id into some errors as a serialised byte buffer. */
export function leakedClientId(rules: EraRules, id: string): unknown {
  return rules.clientIdsAsBuffers ? Buffer.from(id, 'hex').toJSON() : id;
}

/** The `validation` member of errors that a handler finds, not the schema. */
export function wrongMember(rules: EraRules, member: string): unknown {
  return rules.validationAsKeys ? { keys: [member] } : member;
}

/** The pattern an Authorization header must match. FxA: 2019 had no `=`, so padded base64 was refused. */
export function basicPattern(rules: EraRules): RegExp {
  return rules.base64PaddingInBasic ? /^Basic\s+([a-zA-Z0-9+=/]+)$/ : /^Basic\s+([a-z0-9+/]+)$/i;
}

/** The credentials in a well-formed Basic header. Throws 109 `authorization`. */
export function readBasic(rules: EraRules, header: string): Credentials {
  const refused = oauthProblem(109, { validation: wrongMember(rules, 'authorization') });
  const encoded = basicPattern(rules).exec(header)?.[1];
  if (encoded === undefined) throw refused;
  const [id, secret, ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  if (id === undefined || secret === undefined || rest.length > 0) throw refused;
  if (clientId(id) === INVALID || clientSecret(secret) === INVALID) throw refused;
  return { id, secret };
}

/** The client, or problem 101. */
export function findClient(context: MockContext, id: string): Client {
  const client = context.store.clients.get(id.toLowerCase());
  if (client === undefined) throw oauthProblem(101, { clientId: id });
  return client;
}

/** FxA: public clients must not send a secret, confidential ones must. Throws 101, 102, 109. */
export function authenticateClient(context: MockContext, credentials: Credentials): Client {
  const client = findClient(context, credentials.id);
  const { secret } = credentials;
  if (client.publicClient) {
    if (secret !== undefined && secret !== '')
      throw oauthProblem(109, { validation: wrongMember(context.rules, 'client_secret') });
    return client;
  }
  if (secret === undefined || secret === '')
    throw oauthProblem(109, { validation: wrongMember(context.rules, 'client_secret') });
  if (client.secret !== secret.toLowerCase()) {
    throw oauthProblem(102, { clientId: leakedClientId(context.rules, client.id) });
  }
  return client;
}
