/** `POST /v1/oauth/destroy`, today only: follows RFC 7009. Succeeds without effect for unknown and foreign tokens. */
import type { Context } from 'hono';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { authenticateClient, basicPattern, readBasic } from '../oauth/client-auth.ts';
import { crash, invalidParameter } from '../problems.ts';
import { anyCaseClientId, anyCaseSecret, anyCaseToken, accessToken } from '../validation/members.ts';
import { depends, optional, required, type Schema, validate } from '../validation/schema.ts';
import { either, string } from '../validation/types.ts';
import { findAccessToken } from '../oauth/jwt-access-token.ts';
import type { MockContext } from '../context.ts';

const schemaOf = (hasHeader: boolean): Schema => ({
  unknown: 'stripped',
  fields: [
    depends('client_id', anyCaseClientId, () => (hasHeader ? 'forbidden' : 'required')),
    depends('client_secret', anyCaseSecret, () => (hasHeader ? 'forbidden' : 'optional')),
    required('token', either(anyCaseToken, accessToken)),
    optional('token_type_hint', string({ max: 64, empty: true })),
  ],
});

/** Whether everything but the token is there. */
function isWithoutToken(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || !('client_id' in payload)) return false;
  return !('token' in payload);
}

/** The endpoint. Throws 107, 108, 162, 171. */
export async function authDestroyEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { rules, store } = context;
  const payload = await readPayload(c.req.raw, 'json-or-form');
  // FxA: the handler behind looks at a token that is not there.
  if (isWithoutToken(payload)) throw crash();
  const header = c.req.header('authorization');
  const basic = header?.startsWith('Basic') === true ? header : undefined;
  if (basic !== undefined && !basicPattern(rules).test(basic))
    throw invalidParameter(['authorization'], 'headers');
  const params = validate(schemaOf(basic !== undefined), payload);
  const client = authenticateClient(
    context,
    basic === undefined
      ? { id: params.client_id as string, secret: params.client_secret as string | undefined }
      : readBasic(rules, basic),
  );
  const token = params.token as string;
  const access = await findAccessToken(context, token);
  if (access?.clientId === client.id) store.tokens.removeAccessToken(access.id);
  const refresh = token.includes('.') ? undefined : store.tokens.findRefreshToken(token);
  if (refresh?.clientId === client.id) store.tokens.removeRefreshToken(refresh.id);
  return json({});
}
