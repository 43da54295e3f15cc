// Scopes: their grammar, and which of them implies which. FxA collapses what it grants by implication and may reorder
// it, so granted scopes are never compared as strings.

/** What a trusted client asks for when nothing else is said. */
export const DEFAULT_SCOPES: readonly string[] = ['openid', 'profile'];

/** FxA: all that an untrusted client may have. Its sign-in page silently strips others, plain `profile` among them. */
export const UNTRUSTED_SCOPES: readonly string[] = [
  'openid',
  'profile:uid',
  'profile:email',
  'profile:display_name',
];

const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/;
const SHORT_COMPONENT = /^[a-zA-Z0-9_]+$/;
const FRAGMENT = /^#[a-zA-Z0-9_]+$/;
const MOST_COMPONENTS = 32;

/** A scope taken apart: `steps` lead from the general to the particular. */
interface Scope {
  /** Scopes of different kinds, or different origins, have nothing to do with each other. */
  kind: string;
  steps: readonly string[];
  write: boolean;
  fragment: string;
}

/** The different scopes of a space-separated list, in their order (RFC 6749, section 3.3). Does not judge them. */
export function parseScopes(value: string): string[] {
  return [...new Set(value.split(' ').filter((scope) => scope !== ''))];
}

/** Whether FxA would take this for a scope: `profile:email:write`, or a canonical https URL with at most a fragment. */
export function isValidScope(scope: string): boolean {
  return parse(scope) !== undefined;
}

/**
 * Whether whoever has `granted` also has `wanted`. FxA: `profile` implies `profile:email`, but neither `email` nor
 * `openid` nor anything that ends in `:write`; a scope that ends in `:write` implies the same without it; a URL implies
 * the URLs below it, within its fragment if it has one. An invalid scope implies only itself.
 */
export function implies(granted: string, wanted: string): boolean {
  if (granted === wanted) return true;
  const general = parse(granted);
  const particular = parse(wanted);
  if (general === undefined || particular === undefined) return false;
  return (
    general.kind === particular.kind &&
    (general.write || !particular.write) &&
    (general.fragment === '' || general.fragment === particular.fragment) &&
    general.steps.every((step, index) => step === particular.steps[index])
  );
}

/** Whether each scope of the list `wanted` is implied by one of the list `granted`. Both space-separated. */
export function grantedCovers(granted: string, wanted: string): boolean {
  const have = parseScopes(granted);
  return parseScopes(wanted).every((scope) => have.some((one) => implies(one, scope)));
}

/** The shortest list that covers the same: what another scope of the list implies is left out, as FxA does. */
export function collapseScopes(scopes: readonly string[]): string[] {
  const different = [...new Set(scopes)];
  return different.filter((scope) => !different.some((other) => other !== scope && implies(other, scope)));
}

function parse(scope: string): Scope | undefined {
  if (!SCOPE_TOKEN.test(scope)) return undefined;
  return scope.startsWith('https:') ? parseUrl(scope) : parseShort(scope);
}

function parseShort(scope: string): Scope | undefined {
  const components = scope.split(':');
  if (components.length > MOST_COMPONENTS || !components.every((name) => SHORT_COMPONENT.test(name)))
    return undefined;
  const write = components.at(-1) === 'write';
  const steps = write ? components.slice(0, -1) : components;
  return steps.length === 0 ? undefined : { kind: 'short', steps, write, fragment: '' };
}

function parseUrl(scope: string): Scope | undefined {
  if (!URL.canParse(scope)) return undefined;
  const url = new URL(scope);
  if (url.href !== scope || url.username !== '' || url.password !== '' || scope.includes('?'))
    return undefined;
  if (url.pathname.endsWith('/') || (scope.includes('#') && !FRAGMENT.test(url.hash))) return undefined;
  return { kind: url.origin, steps: url.pathname.split('/').slice(1), write: false, fragment: url.hash };
}
