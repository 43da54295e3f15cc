// The parameters of an authorization request: their members, which are their names on the wire in camel case, and their
// valid values, by the strictest of FxA's page and API, in 2019 and today.
import type { JsonObject } from './body.ts';
import { FxaError } from './errors.ts';
import { isValidScope, parseScopes } from './scopes.ts';
import { secureUrl } from './secure-url.ts';

export interface AuthorizationRequest {
  /** Exactly as registered, trailing slash included. */
  redirectUri: string;
  /** At least one scope; a string is space-separated. */
  scope: readonly string[] | string;
  state: string;
  codeChallenge: string;
  /** `offline` asks for a refresh token. FxA: default `online`. */
  accessType?: 'online' | 'offline' | undefined;
  /** FxA: `force_auth` requires `email` but no longer locks it, so compare the returned `uid`. */
  action?: 'email' | 'force_auth' | undefined;
  /** Opens the sign-up form. Excludes `action`. */
  signUp?: boolean | undefined;
  /** Prefills the email address. Pass either `email` or `loginHint`. */
  email?: string | undefined;
  loginHint?: string | undefined;
  /** `none` shows no page; then only `idTokenHint` may name the account, and keys cannot be requested. */
  prompt?: 'none' | 'login' | 'consent' | undefined;
  /** Maximum seconds since the password was last entered; 0 acts like `prompt: 'login'`. */
  maxAge?: number | undefined;
  /** Only with `prompt: 'none'`. */
  idTokenHint?: string | undefined;
  /** Requires two-step authentication. */
  acrValues?: 'AAL2' | undefined;
  /** Base64url JSON of the ephemeral public P-256 key that scoped keys are encrypted to. */
  keysJwk?: string | undefined;
  /** Only with `prompt: 'none'`: whether failures are sent to the redirect URI. FxA: default true. */
  returnOnError?: boolean | undefined;
  metrics?: AuthorizationMetrics | undefined;
}

export interface AuthorizationMetrics {
  entrypoint?: string | undefined;
  entrypointExperiment?: string | undefined;
  entrypointVariation?: string | undefined;
  utm?:
    | Partial<Record<'campaign' | 'content' | 'medium' | 'source' | 'term', string | undefined>>
    | undefined;
  flow?: MetricsFlow | undefined;
}

/** From `/metrics-flow`: all three members. `flowBeginTime` in milliseconds. */
export interface MetricsFlow {
  flowId: string;
  flowBeginTime: number;
  deviceId: string;
}

type Rule = readonly [description: string, test: RegExp | ((value: string) => boolean)];

const email: Rule = [
  'an e-mail address',
  (value) => value.length <= 256 && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(value),
];
const entrypoint: Rule = ['letters, digits and . : _ -', /^[\w.:-]{1,128}$/];
const utm: Rule = ['letters, digits and / . % _ -, at most 128', /^[\w/.%-]{1,128}$/];

/** By name on the wire. Others, such as `nonce`, `service` and `context`, are never sent. */
const PARAMETER_RULES = {
  client_id: ['16 hexadecimal digits', /^[0-9a-f]{16}$/i],
  redirect_uri: [
    'an https URL (http on loopback) of at most 256 characters',
    (value) => value.length <= 256 && secureUrl(value) !== undefined,
  ],
  scope: ['valid scopes, at most 256 characters in all', isScopeList],
  state: ['1 to 256 printable ASCII characters', /^[\x20-\x7E]{1,256}$/],
  code_challenge: ['43 characters of base64url', /^[A-Za-z0-9_-]{43}$/],
  access_type: ['online or offline', /^(online|offline)$/],
  action: ['email, force_auth or signup', /^(email|force_auth|signup)$/],
  email,
  login_hint: email,
  prompt: ['none, login or consent', /^(none|login|consent)$/],
  max_age: ['a whole number of seconds, 0 or more', /^\d{1,10}$/],
  id_token_hint: ['an id_token', /^[\w-]+\.[\w-]+\.[\w-]+$/],
  // FxA: no other value has an effect.
  acr_values: ['AAL2', /^AAL2$/],
  keys_jwk: ['a public P-256 key, as base64url of its JSON', isPublicKey],
  return_on_error: ['true or false', /^(true|false)$/],
  entrypoint,
  entrypoint_experiment: entrypoint,
  entrypoint_variation: entrypoint,
  utm_campaign: [utm[0], /^([\w/.%-]{1,128}|page\+referral\+-\+not\+part\+of\+a\+campaign)$/],
  utm_content: utm,
  utm_medium: utm,
  utm_source: utm,
  utm_term: utm,
  flow_id: ['64 hexadecimal digits', /^[0-9a-f]{64}$/i],
  flow_begin_time: ['a time in whole milliseconds', /^[1-9]\d{11,14}$/],
  device_id: ['32 hexadecimal digits', /^[0-9a-f]{32}$/i],
} as const satisfies Readonly<Record<string, Rule>>;

export type ParameterName = keyof typeof PARAMETER_RULES;

/** A description of the valid values, or undefined when this one is valid. */
export function parameterFault(name: ParameterName, value: string): string | undefined {
  const [description, test]: Rule = PARAMETER_RULES[name];
  const fine = test instanceof RegExp ? test.test(value) : test(value);
  return fine ? undefined : `${name} must be ${description}`;
}

/** A flow whose three values are all valid authorization parameters; otherwise undefined. Pure. */
export function parseFlow({ flowId, flowBeginTime, deviceId }: JsonObject): MetricsFlow | undefined {
  if (typeof flowId !== 'string' || typeof flowBeginTime !== 'number' || typeof deviceId !== 'string')
    return undefined;
  const faults = [
    parameterFault('flow_id', flowId),
    parameterFault('flow_begin_time', String(flowBeginTime)),
    parameterFault('device_id', deviceId),
  ];
  return faults.every((fault) => fault === undefined) ? { flowId, flowBeginTime, deviceId } : undefined;
}

// FxA: the server accepts fewer characters in the list than in a single scope: no `#`.
function isScopeList(value: string): boolean {
  const scopes = parseScopes(value);
  return (
    value.length <= 256 &&
    /^[a-zA-Z0-9 _/.:-]*$/.test(value) &&
    scopes.length > 0 &&
    scopes.every(isValidScope)
  );
}

// Rejects private keys, which would appear in the address bar.
function isPublicKey(value: string): boolean {
  try {
    const json = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
    const key = JSON.parse(json) as { kty?: unknown; crv?: unknown; d?: unknown } | null;
    return /^[\w-]+$/.test(value) && key?.kty === 'EC' && key.crv === 'P-256' && key.d === undefined;
  } catch {
    return false;
  }
}

/** What `metrics` may add, and nothing else of a request. */
const OF_METRICS = /^(?:entrypoint|utm_|flow_|device_id$)/;

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
  const campaign = Object.entries(utm ?? {}).map(([name, value]) => [`utm_${name}`, value] as const);
  addMembers(parameters, rest, false);
  addMembers(parameters, { ...entry, ...Object.fromEntries(campaign), ...flow }, true);
  if (signUp === true) {
    if (parameters.has('action')) {
      throw new FxaError('invalid_request', 'signUp takes the place of action', { parameter: 'action' });
    }
    // FxA: the page supports `signup`, though it is undocumented.
    parameters.set('action', 'signup');
  }
  return parameters;
}

function addMembers(parameters: Map<ParameterName, string>, members: object, ofMetrics: boolean): void {
  for (const [member, value] of Object.entries(members) as [string, unknown][]) {
    const name = member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (!isParameterName(name) || parameters.has(name) || OF_METRICS.test(name) !== ofMetrics) {
      throw new FxaError('invalid_request', 'There is no such parameter', { parameter: member });
    }
    if (value === undefined) continue;
    const text: unknown = Array.isArray(value) ? value.join(' ') : value;
    if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') {
      throw new FxaError('invalid_request', `${name} has a value of a wrong type`, { parameter: name });
    }
    parameters.set(name, String(text));
  }
}

function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETER_RULES, name);
}
