/**
 * `POST /v1/oauth/authorization`: issues a code to a client for a signed-in user. The sign-in page's script calls it.
 */
import type { Context } from 'hono';
import type { EraRules } from '../era.ts';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { checkPkceUse, checkRedirectUri, checkScopes } from '../oauth/client-policy.ts';
import { findClient } from '../oauth/client-auth.ts';
import { authProblem, invalidParameter, oauthProblem } from '../problems.ts';
import { collapse, scopeValues } from '../scope-set.ts';
import { anyCaseClientId, authScope, clientId, codeChallenge, keysJwe } from '../validation/members.ts';
import { depends, type Field, optional, required, type Schema, validate } from '../validation/schema.ts';
import { INVALID, integer, nullable, string, url } from '../validation/types.ts';
import type { MockContext } from '../context.ts';
import { needSession, type SignedIn } from './session.ts';
import { needsSecondStep } from './totp.ts';

interface AuthorizationParams {
  readonly client_id: string;
  readonly redirect_uri?: string;
  readonly scope?: string;
  readonly state: string;
  readonly access_type: 'online' | 'offline';
  readonly code_challenge?: string;
  readonly keys_jwe?: string;
  readonly acr_values?: string | null;
  readonly max_age?: number | null;
}

/** FxA: 2023 does not name a scope that is wrong; today it is named. */
function scopeField(rules: EraRules): Field[] {
  if (rules.scopeRequired) return [optional('scope', string({ max: 256, pattern: /^[a-zA-Z0-9 _/.:-]*$/ }))];
  return [optional('scope', rules.monorepo ? string({ empty: true }) : authScope(rules))];
}

function schemaOf(rules: EraRules): Schema {
  return {
    unknown: 'stripped',
    allOrNone: ['code_challenge', 'code_challenge_method'],
    fields: [
      optional('response_type', string({ oneOf: ['code'] }), 'code'),
      required('client_id', rules.strictAuthorization ? clientId : anyCaseClientId),
      depends(
        'assertion',
        () => INVALID,
        () => 'forbidden',
      ),
      ...(rules.strictAuthorization
        ? [
            depends(
              'resource',
              () => INVALID,
              () => 'forbidden',
            ),
          ]
        : []),
      optional('redirect_uri', url(['http', 'https'], 256)),
      ...scopeField(rules),
      required('state', string({ max: rules.stateMaxLength })),
      optional('access_type', string({ oneOf: ['offline', 'online'] }), 'online'),
      optional('code_challenge_method', string({ oneOf: ['S256'] })),
      optional('code_challenge', codeChallenge),
      optional('keys_jwe', keysJwe),
      optional('acr_values', nullable(string({ max: 256 }))),
      ...(rules.newerMembers
        ? [
            optional('max_age', nullable(integer(Number.MAX_SAFE_INTEGER))),
            optional('prompt', string({ oneOf: ['none', 'login', 'consent'] })),
          ]
        : []),
    ],
  };
}

/** The additional checks of the OAuth server behind it. FxA 2019: https only, and every scope must parse. */
function checkAgain(rules: EraRules, params: AuthorizationParams): void {
  const { redirect_uri: uri, scope } = params;
  // FxA: one that is missing is answered like one that is wrong.
  if (rules.scopeRequired && scope === undefined) throw invalidParameter(['scope']);
  if (uri !== undefined && url(rules.redirectSchemes, 256)(uri) === INVALID)
    throw invalidParameter(['redirect_uri']);
  if (rules.monorepo && (scope ?? '') !== '' && authScope(rules)(scope) === INVALID)
    throw invalidParameter([]);
  if (scopeValues(scope ?? '') === undefined) throw invalidParameter(['scope']);
}

/** FxA: AAL2 requires two-step sign-in; `max_age` has a tolerance of five seconds. */
function checkAuthentication(context: MockContext, { session }: SignedIn, params: AuthorizationParams): void {
  const acr = (params.acr_values ?? '').trim().split(/\s+/);
  const age = (context.now() - session.lastAuthAt) / 1000;
  const isStale = age > (params.max_age ?? Number.POSITIVE_INFINITY) + 5;
  if (isStale || (acr.includes('AAL2') && session.aal < 2))
    throw oauthProblem(120, { foundValue: context.rules.monorepo ? String(session.aal) : session.aal });
}

/** The redirect URI with code and state. FxA: 2019 encoded by RFC 3986, so that `~` was kept and `*` was not. */
function withAnswer(rules: EraRules, redirectUri: string, code: string, state: string): string {
  const answer = new URLSearchParams({ code, state }).toString();
  const joint = redirectUri.includes('?') ? '&' : '?';
  return (
    redirectUri + joint + (rules.monorepo ? answer : answer.replaceAll('%7E', '~').replaceAll('*', '%2A'))
  );
}

/** The endpoint. Throws 104, 107, 108, 110, 162, 163, 166, 167, 169, 170, 204. */
export async function authorizationEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { rules, store } = context;
  const who = needSession(context, c);
  const params = validate(schemaOf(rules), await readPayload(c.req.raw)) as unknown as AuthorizationParams;
  if (store.clients.get(params.client_id)?.disabled === true) {
    throw authProblem(204, { clientId: params.client_id, retryAfter: 30 });
  }
  if (!who.account.verified) throw authProblem(104);
  if (needsSecondStep(who.account, who.session)) throw authProblem(138);
  checkAgain(rules, params);
  const client = findClient(context, params.client_id);
  const redirectUri = checkRedirectUri(client, params.redirect_uri);
  checkAuthentication(context, who, params);
  const scope = collapse(params.scope ?? '');
  checkScopes(client, scope);
  checkPkceUse(client, params.code_challenge);
  const { code } = store.tokens.addCode({
    clientId: client.id,
    uid: who.account.uid,
    scope,
    offline: params.access_type === 'offline',
    authAt: Math.floor(who.session.lastAuthAt / 1000),
    amr: who.session.amr,
    aal: who.session.aal,
    ...(params.code_challenge === undefined ? {} : { codeChallenge: params.code_challenge }),
    ...(params.keys_jwe === undefined ? {} : { keysJwe: params.keys_jwe }),
  });
  return json({
    code,
    state: params.state,
    redirect: withAnswer(rules, redirectUri, code, params.state),
    scope: rules.scopeInAuthorizationAnswer ? scope : undefined,
  });
}
