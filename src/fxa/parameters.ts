// The valid values of each authorization parameter: the strictest of FxA's page and API, in 2019 and today.
import { isValidScope, parseScopes } from './scopes.ts';
import { secureUrl } from './secure-url.ts';

type Rule = readonly [description: string, test: RegExp | ((value: string) => boolean)];

const email: Rule = [
  'an e-mail address',
  (value) => value.length <= 256 && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(value),
];
const entrypoint: Rule = ['letters, digits and . : _ -', /^[\w.:-]{1,128}$/];
const utm: Rule = ['letters, digits and / . % _ -, at most 128', /^[\w/.%-]{1,128}$/];

/** By name on the wire. Others, such as `nonce`, `service` and `context`, are never sent. */
export const PARAMETER_RULES = {
  client_id: ['16 hexadecimal digits', /^[0-9a-f]{16}$/i],
  redirect_uri: [
    'an https URL (http on loopback) of at most 256 characters',
    (value) => value.length <= 256 && isPlainUrl(value),
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

function isPlainUrl(value: string): boolean {
  return secureUrl(value) !== undefined;
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
