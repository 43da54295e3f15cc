// Builds the authorization request: the URL that a sign-in window opens, and one attempt's secrets. Parameters that
// Mozilla accounts would silently ignore are rejected, so that a mistake shows.
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import {
  parameterFault,
  wireParameters,
  type AuthorizationRequest,
  type ParameterName,
} from './authorization-parameters.ts';

/**
 * The URL to open for signing in (RFC 6749, section 4.1.1).
 *
 * @throws FxaError `invalid_request`; its `parameter` is the name on the wire.
 * @example
 * const { state, codeVerifier, codeChallenge } = await newAttemptSecrets();
 * const url = authorizationUrl(deployment, { redirectUri, scope: ['openid', 'profile'], state, codeChallenge });
 */
export function authorizationUrl(deployment: Deployment, request: AuthorizationRequest): string {
  const parameters = wireParameters(deployment.clientId, request);
  for (const [name, value] of parameters) {
    const fault = parameterFault(name, value);
    if (fault !== undefined) refuse(name, fault);
  }
  checkCombinations(parameters);
  const url = new URL(deployment.endpoints.authorization);
  for (const [name, value] of parameters) url.searchParams.set(name, value);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('code_challenge_method', 'S256');
  return url.href;
}

/**
 * A fresh `state` and a PKCE pair (RFC 7636, section 4, S256). FxA: the verifier must be base64url, without the `.` and
 * `~` that the RFC allows; this one is 32 random bytes in 43 characters.
 *
 * @example
 * const { state, codeVerifier, codeChallenge } = await newAttemptSecrets();
 */
export async function newAttemptSecrets() {
  const codeVerifier = generateRandomCodeVerifier();
  const codeChallenge = await calculatePKCECodeChallenge(codeVerifier);
  return { state: generateRandomState(), codeVerifier, codeChallenge };
}

const REQUIRED: readonly ParameterName[] = ['client_id', 'redirect_uri', 'scope', 'state', 'code_challenge'];
// FxA: `prompt=none` with an email address is allowed only for listed clients.
const NOT_WITH_PROMPT_NONE: readonly ParameterName[] = ['keys_jwk', 'email', 'login_hint', 'action'];
const ONLY_WITH_PROMPT_NONE: readonly ParameterName[] = ['id_token_hint', 'return_on_error'];
const FLOW: readonly ParameterName[] = ['flow_id', 'flow_begin_time', 'device_id'];

function checkCombinations(parameters: ReadonlyMap<ParameterName, string>): void {
  const silent = parameters.get('prompt') === 'none';
  const refuseAny = (names: readonly ParameterName[], sent: boolean, description: string) => {
    const name = names.find((one) => parameters.has(one) === sent);
    if (name !== undefined) refuse(name, `${name} ${description}`);
  };
  refuseAny(REQUIRED, false, 'is required');
  if (silent) refuseAny(NOT_WITH_PROMPT_NONE, true, 'does not go with prompt=none');
  else refuseAny(ONLY_WITH_PROMPT_NONE, true, 'has an effect only with prompt=none');
  if (parameters.get('action') === 'force_auth')
    refuseAny(['email'], false, 'is required by action=force_auth');
  if (parameters.has('email')) refuseAny(['login_hint'], true, 'does not go with email: only one is read');
  if (FLOW.some((name) => parameters.has(name)))
    refuseAny(FLOW, false, 'goes with the other two of the flow');
}

function refuse(parameter: string, description: string): never {
  throw new FxaError('invalid_request', description, { parameter });
}
