/** `POST /v1/oauth/token`: the token endpoint behind the auth server's own validation. */
import type { Context } from 'hono';
import type { EraRules } from '../era.ts';
import { readPayload } from '../http/payload.ts';
import { answerTokenRequest, type TokenParams } from '../oauth/token.ts';
import { REFRESH_TOKEN_TYPE, TOKEN_EXCHANGE, tokenSchema } from '../oauth/token-schema.ts';
import { authProblem, invalidParameter, oauthProblem } from '../problems.ts';
import {
  anyCaseClientId,
  anyCaseSecret,
  anyCaseToken,
  authScope,
  rfcCodeVerifier,
} from '../validation/members.ts';
import { check, type Failure, optional, required, type Schema, type Values } from '../validation/schema.ts';
import { integer, positive, string, url } from '../validation/types.ts';
import type { MockContext } from '../context.ts';

const seedAndResource = [
  optional('ppid_seed', integer(1024)),
  optional('resource', url(['https', 'http'], 2048)),
];
const grantType = (name: string) => string({ oneOf: [name] });

const codeGrant: Schema = {
  unknown: 'stripped',
  exactlyOne: ['client_secret', 'code_verifier'],
  fields: [
    optional('grant_type', grantType('authorization_code'), 'authorization_code'),
    required('client_id', anyCaseClientId),
    optional('client_secret', anyCaseSecret),
    required('code', anyCaseToken),
    optional('code_verifier', rfcCodeVerifier),
    optional('redirect_uri', url(['http', 'https'], 2048)),
    optional('ttl', positive()),
    ...seedAndResource,
  ],
};

const refreshGrant = (rules: EraRules): Schema => ({
  unknown: 'stripped',
  fields: [
    required('grant_type', grantType('refresh_token')),
    required('client_id', anyCaseClientId),
    optional('client_secret', anyCaseSecret),
    required('refresh_token', anyCaseToken),
    optional('scope', authScope(rules)),
    optional('ttl', positive()),
    ...seedAndResource,
  ],
});

const credentialsGrant = (rules: EraRules): Schema => ({
  unknown: 'stripped',
  fields: [
    optional('grant_type', grantType('fxa-credentials'), 'fxa-credentials'),
    required('client_id', anyCaseClientId),
    optional('scope', authScope(rules)),
    optional('access_type', string({ oneOf: ['online', 'offline'] }), 'online'),
    optional('ttl', positive()),
  ],
});

/** FxA: the request names no client; it is that of the token to be exchanged. */
const exchangeGrant = (rules: EraRules): Schema => ({
  unknown: 'stripped',
  fields: [
    required('grant_type', grantType(TOKEN_EXCHANGE)),
    required('subject_token', anyCaseToken),
    required('subject_token_type', string({ oneOf: [REFRESH_TOKEN_TYPE] })),
    required('scope', authScope(rules)),
  ],
});

/** FxA 2019: tries the three grants in turn; if all fail, it names the failing members of all three. */
function firstThatFits(rules: EraRules, payload: unknown): Values {
  const failures: Failure[] = [];
  for (const schema of [codeGrant, refreshGrant(rules), credentialsGrant(rules)]) {
    const outcome = check(schema, payload);
    if (outcome.ok) return outcome.values;
    failures.push(outcome.failure);
  }
  const keys = failures.flatMap((failure) => failure.keys);
  throw invalidParameter(
    keys,
    'payload',
    failures.some((failure) => failure.missing),
  );
}

/**
 * Since the servers are one, the grant type decides which members are validated, and none of them is named. FxA:
 * without a grant type, the request is taken for a direct grant.
 */
function byGrantType(rules: EraRules, payload: unknown): Values {
  const asked = typeof payload === 'object' && payload !== null ? (payload as Values).grant_type : undefined;
  const schemas: Readonly<Record<string, Schema | undefined>> = {
    authorization_code: codeGrant,
    refresh_token: refreshGrant(rules),
    'fxa-credentials': credentialsGrant(rules),
    ...(rules.newerMembers ? { [TOKEN_EXCHANGE]: exchangeGrant(rules) } : {}),
  };
  const schema = schemas[(asked ?? 'fxa-credentials') as string];
  const outcome = schema === undefined ? undefined : check(schema, payload);
  if (outcome?.ok !== true) throw invalidParameter(['']);
  return outcome.values;
}

/** FxA 2019: the OAuth server validates again, more strictly; its errors are returned as 107. */
function checkAgain(context: MockContext, values: Values): void {
  const outcome = check(tokenSchema(context.rules, false), values);
  if (outcome.ok) return;
  throw oauthProblem(109, { validation: { source: 'payload', keys: outcome.failure.keys } });
}

/** The endpoint. Throws the auth server's errnos. */
export async function authTokenEndpoint(context: MockContext, c: Context): Promise<Response> {
  const old = !context.rules.monorepo;
  // FxA 2019: accepts JSON with a text type; today both token endpoints reject it.
  const payload = await readPayload(c.req.raw, old ? undefined : 'json-or-form');
  const values = old ? firstThatFits(context.rules, payload) : byGrantType(context.rules, payload);
  // Direct grants need a client that may grant directly; there is no such client here.
  if (values.grant_type === 'fxa-credentials') throw authProblem(110);
  if (old) checkAgain(context, values);
  const params = values as unknown as TokenParams & { client_id: string; client_secret?: string };
  return answerTokenRequest(context, { id: params.client_id, secret: params.client_secret }, params);
}
