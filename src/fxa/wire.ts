// Maps the members of an authorization request to parameter names. Does not validate values.
import type { AuthorizationMetrics, AuthorizationRequest } from './authorization.ts';
import { FxaError } from './errors.ts';
import type { ParameterName } from './parameters.ts';

type Names<T> = Readonly<Record<keyof T, ParameterName>>;

const REQUEST: Names<Omit<AuthorizationRequest, 'metrics' | 'signUp'>> = {
  redirectUri: 'redirect_uri',
  scope: 'scope',
  state: 'state',
  codeChallenge: 'code_challenge',
  accessType: 'access_type',
  action: 'action',
  email: 'email',
  loginHint: 'login_hint',
  prompt: 'prompt',
  maxAge: 'max_age',
  idTokenHint: 'id_token_hint',
  acrValues: 'acr_values',
  keysJwk: 'keys_jwk',
  returnOnError: 'return_on_error',
};

const METRICS: Names<Omit<AuthorizationMetrics, 'utm' | 'flow'>> = {
  entrypoint: 'entrypoint',
  entrypointExperiment: 'entrypoint_experiment',
  entrypointVariation: 'entrypoint_variation',
};

const UTM: Names<NonNullable<AuthorizationMetrics['utm']>> = {
  campaign: 'utm_campaign',
  content: 'utm_content',
  medium: 'utm_medium',
  source: 'utm_source',
  term: 'utm_term',
};

const FLOW: Names<NonNullable<AuthorizationMetrics['flow']>> = {
  flowId: 'flow_id',
  flowBeginTime: 'flow_begin_time',
  deviceId: 'device_id',
};

/**
 * The given parameters, by their names on the wire.
 *
 * @throws FxaError `invalid_request` for an unknown member, such as `nonce`, which would silently have no effect.
 */
export function wireParameters(
  clientId: string,
  request: Partial<AuthorizationRequest>,
): Map<ParameterName, string> {
  const { metrics, signUp, ...rest } = request;
  const { utm, flow, ...entry } = metrics ?? {};
  const parameters = new Map<ParameterName, string>([['client_id', clientId]]);
  rename(rest, REQUEST, parameters);
  rename(entry, METRICS, parameters);
  rename(utm, UTM, parameters);
  rename(flow, FLOW, parameters);
  if (signUp === true) {
    if (parameters.has('action')) {
      throw new FxaError('invalid_request', 'signUp takes the place of action', { parameter: 'action' });
    }
    // FxA: the page supports `signup`, though it is undocumented.
    parameters.set('action', 'signup');
  }
  return parameters;
}

function rename(
  source: object | undefined,
  names: Readonly<Partial<Record<string, ParameterName>>>,
  parameters: Map<ParameterName, string>,
): void {
  for (const [key, value] of Object.entries(source ?? {}) as [string, unknown][]) {
    const name = Object.hasOwn(names, key) ? names[key] : undefined;
    if (name === undefined) {
      throw new FxaError('invalid_request', 'There is no such parameter', { parameter: key });
    }
    if (value === undefined) continue;
    const text = Array.isArray(value) ? value.join(' ') : value;
    if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') {
      throw new FxaError('invalid_request', `${name} has a value of a wrong type`, { parameter: name });
    }
    parameters.set(name, String(text));
  }
}
