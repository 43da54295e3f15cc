/** `POST /v1/token`, the OAuth token endpoint, and the part of it that `/v1/oauth/token` shares. */
import type { Context } from 'hono';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { invalidParameter, oauthProblem } from '../problems.ts';
import { type Values, validate } from '../validation/schema.ts';
import type { MockContext } from '../context.ts';
import { authenticateClient, basicPattern, type Credentials, readBasic } from './client-auth.ts';
import { type Granted, redeemCode, useRefreshToken } from './grant.ts';
import { issueTokens } from './issue.ts';
import { TOKEN_EXCHANGE, tokenSchema } from './token-schema.ts';

/** Members of a validated token request. */
export interface TokenParams {
  readonly grant_type: string;
  readonly code?: string;
  readonly code_verifier?: string;
  readonly refresh_token?: string;
  readonly subject_token?: string;
  readonly scope?: string;
  readonly ttl?: number;
  readonly resource?: string;
}

function grantFor(context: MockContext, credentials: Credentials, params: TokenParams): Granted {
  const { rules, store } = context;
  // FxA: no client authenticates itself here, and of those whose token it may be, none but Firefox may exchange it.
  if (params.grant_type === TOKEN_EXCHANGE)
    throw oauthProblem(store.tokens.findRefreshToken(params.subject_token ?? '') === undefined ? 108 : 111);
  const disabled = store.clients.get(credentials.id)?.disabled === true;
  if (disabled && params.grant_type !== 'authorization_code') {
    const retryAfter = rules.monorepo ? { retryAfter: 30 } : {};
    throw oauthProblem(202, { clientId: credentials.id, ...retryAfter });
  }
  const client = authenticateClient(context, credentials);
  switch (params.grant_type) {
    case 'authorization_code':
      return redeemCode(context, client, { code: params.code ?? '', verifier: params.code_verifier });
    case 'refresh_token':
      return useRefreshToken(context, client, { token: params.refresh_token ?? '', scope: params.scope });
    default:
      // Direct grants are for Firefox itself; no client here may use them.
      throw oauthProblem(121);
  }
}

/** Grants what a validated request asks for. Throws OAuth problems. */
export async function answerTokenRequest(
  context: MockContext,
  credentials: Credentials,
  params: TokenParams,
): Promise<Response> {
  const granted = grantFor(context, credentials, params);
  return json(await issueTokens(context, granted, { ttl: params.ttl, resource: params.resource }));
}

/** The endpoint. */
export async function tokenEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { rules } = context;
  const header = c.req.header('authorization');
  const payload = await readPayload(c.req.raw, 'json-or-form');
  if (header !== undefined && !basicPattern(rules).test(header))
    throw invalidParameter(['authorization'], 'headers');
  const values: Values = validate(tokenSchema(rules, header !== undefined), payload);
  const params = values as unknown as TokenParams & { client_id?: string; client_secret?: string };
  const credentials =
    header === undefined
      ? { id: params.client_id ?? '', secret: params.client_secret }
      : readBasic(rules, header);
  return answerTokenRequest(context, credentials, params);
}
