/**
 * `POST /v1/destroy`. FxA: not RFC 7009: `token` means access token only, an unknown token is 400/108, nothing
 * cascades.
 */
import type { Context } from 'hono';
import type { EraRules } from '../era.ts';
import { isForm, readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { httpProblem, invalidParameter, oauthProblem } from '../problems.ts';
import { tokenId } from '../store/random.ts';
import { accessToken, clientId, hexToken } from '../validation/members.ts';
import { optional, type Schema, validate } from '../validation/schema.ts';
import { string } from '../validation/types.ts';
import { findAccessToken } from './jwt-access-token.ts';
import type { MockContext } from '../context.ts';
import { authenticateClient, basicPattern, type Credentials, readBasic } from './client-auth.ts';

const PEERS = ['access_token', 'refresh_token', 'refresh_token_id'];

const strict: Schema = {
  unknown: 'refused',
  rename: { from: 'token', to: 'access_token' },
  exactlyOne: PEERS,
  fields: [
    optional('client_secret', string({ empty: true })),
    optional('access_token', hexToken),
    optional('refresh_token', hexToken),
    optional('refresh_token_id', hexToken),
  ],
};

const lenient: Schema = {
  unknown: 'stripped',
  exactlyOne: PEERS,
  fields: [
    optional('client_id', clientId),
    optional('client_secret', string({ empty: true, max: 64 })),
    optional('access_token', accessToken),
    optional('refresh_token', hexToken),
    optional('refresh_token_id', hexToken),
  ],
};

interface DestroyParams {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly refresh_token_id?: string;
}

function readParams(rules: EraRules, payload: unknown): DestroyParams {
  if (rules.strictDestroy) return validate(strict, payload);
  // Since then, `token` is an alias of `access_token`.
  const { token, ...rest } = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<
    string,
    unknown
  >;
  // FxA: both names at once are a conflict of the whole.
  if (token !== undefined && 'access_token' in rest) throw invalidParameter(['']);
  const aliased = token === undefined ? rest : { ...rest, access_token: token };
  return validate(lenient, aliased);
}

function credentialsOf(
  rules: EraRules,
  header: string | undefined,
  params: DestroyParams,
): Credentials | undefined {
  if (!rules.strictDestroy && header !== undefined) {
    if (!basicPattern(rules).test(header)) throw invalidParameter(['authorization'], 'headers');
    return readBasic(rules, header);
  }
  return params.client_id === undefined ? undefined : { id: params.client_id, secret: params.client_secret };
}

/**
 * Today's handler asks `payload.hasOwnProperty` where no client is named, and the framework's parsed forms have no
 * prototype. Throws the 500 of that.
 */
function stumbleOverForm({ rules }: MockContext, request: Request, owner: string | undefined): void {
  if (rules.strictDestroy || owner !== undefined || !isForm(request)) return;
  throw httpProblem(500, 'Internal Server Error', 'An internal server error occurred');
}

/** The endpoint. Throws 101, 102, 108, 109, and in the era of today 500/999: see `stumbleOverForm`. */
export async function destroyEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { rules, store } = context;
  const params = readParams(rules, await readPayload(c.req.raw, 'json-or-form'));
  const credentials = credentialsOf(rules, c.req.header('authorization'), params);
  const owner = credentials === undefined ? undefined : authenticateClient(context, credentials).id;
  const { tokens } = store;
  if (params.access_token !== undefined) {
    const found = await findAccessToken(context, params.access_token);
    if (found === undefined || (owner !== undefined && found.clientId !== owner)) throw oauthProblem(108);
    stumbleOverForm(context, c.req.raw, owner);
    tokens.removeAccessToken(found.id);
    return json({});
  }
  const found = tokens.refreshTokenById(params.refresh_token_id ?? tokenId(params.refresh_token ?? ''));
  if (found === undefined || (owner !== undefined && found.clientId !== owner)) throw oauthProblem(108);
  stumbleOverForm(context, c.req.raw, owner);
  tokens.removeRefreshToken(found.id);
  return json({});
}
