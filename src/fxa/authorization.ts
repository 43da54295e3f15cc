// The authorization request: the address a sign-in window opens with, and the secrets of one attempt. What Mozilla
// accounts would silently drop is refused here, so that nobody waits for an effect that cannot come.
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { parameterFault } from './parameters.ts';
import type { ParameterName } from './parameters.ts';
import { wireParameters } from './wire.ts';

export interface AuthorizationRequest {
  /** Literally as registered, trailing slash included. */
  redirectUri: string;
  /** At least one; a string is space-separated. */
  scope: readonly string[] | string;
  state: string;
  codeChallenge: string;
  /** `offline` asks for a refresh token. FxA: default `online`. */
  accessType?: 'online' | 'offline' | undefined;
  /** FxA: `force_auth` needs `email` but no longer locks it: compare the `uid` that comes back. */
  action?: 'email' | 'force_auth' | undefined;
  /** Opens with creating an account. Instead of `action`. */
  signUp?: boolean | undefined;
  /** Prefills the address. Only one of `email` and `loginHint`. */
  email?: string | undefined;
  loginHint?: string | undefined;
  /** `none` shows no page; with it only `idTokenHint` may name the account, and keys cannot be asked for. */
  prompt?: 'none' | 'login' | 'consent' | undefined;
  /** Seconds since the person last gave the password; 0 is like `prompt: 'login'`. */
  maxAge?: number | undefined;
  /** Only with `prompt: 'none'`. */
  idTokenHint?: string | undefined;
  /** Demands two-step authentication. */
  acrValues?: 'AAL2' | undefined;
  /** Base64url of the JSON of an ephemeral public P-256 key, to which scoped keys are encrypted. */
  keysJwk?: string | undefined;
  /** Only with `prompt: 'none'`: whether its failures come back to the redirect URI. FxA: default true. */
  returnOnError?: boolean | undefined;
  metrics?: AuthorizationMetrics | undefined;
}

export interface AuthorizationMetrics {
  entrypoint?: string | undefined;
  entrypointExperiment?: string | undefined;
  entrypointVariation?: string | undefined;
  utm?:
    Partial<Record<'campaign' | 'content' | 'medium' | 'source' | 'term', string | undefined>> | undefined;
  /** From `/metrics-flow`: all three or none. `flowBeginTime` in milliseconds. */
  flow?: { flowId: string; flowBeginTime: number; deviceId: string } | undefined;
}

/**
 * The URL to open for the person.
 *
 * @throws FxaError `invalid_request`, with the parameter's name on the wire.
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
 * Fresh `state`, and a PKCE pair (RFC 7636, S256). FxA: a verifier must keep to the base64url alphabet, without the `.`
 * and `~` of the RFC; these are 32 random bytes in 43 characters of it.
 */
export async function newAttemptSecrets(): Promise<{
  state: string;
  codeVerifier: string;
  codeChallenge: string;
}> {
  const codeVerifier = generateRandomCodeVerifier();
  return {
    state: generateRandomState(),
    codeVerifier,
    codeChallenge: await calculatePKCECodeChallenge(codeVerifier),
  };
}

const REQUIRED: readonly ParameterName[] = ['client_id', 'redirect_uri', 'scope', 'state', 'code_challenge'];
// FxA: with an address beside it, `prompt=none` is refused to clients that are not on a list.
const NOT_WITH_PROMPT_NONE: readonly ParameterName[] = ['keys_jwk', 'email', 'login_hint', 'action'];
const ONLY_WITH_PROMPT_NONE: readonly ParameterName[] = ['id_token_hint', 'return_on_error'];
const FLOW: readonly ParameterName[] = ['flow_id', 'flow_begin_time', 'device_id'];

function checkCombinations(parameters: ReadonlyMap<ParameterName, string>): void {
  const silent = parameters.get('prompt') === 'none';
  const refuseAny = (names: readonly ParameterName[], sent: boolean, says: string) => {
    const name = names.find((one) => parameters.has(one) === sent);
    if (name !== undefined) refuse(name, `${name} ${says}`);
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

function refuse(parameter: string, says: string): never {
  throw new FxaError('invalid_request', says, { parameter });
}
