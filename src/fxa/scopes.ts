// The grammar of scopes and which scope implies which. FxA removes implied scopes from a grant and may reorder the
// rest, so never compare granted scopes as strings.

/** The default request of a trusted client. */
export const DEFAULT_SCOPES: readonly string[] = ['openid', 'profile'];

/** FxA: all scopes an untrusted client may have. The sign-in page silently removes others, including `profile`. */
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

/** A parsed scope; `components` go from general to specific. */
interface Scope {
  /** `short`, or a URL's origin. Scopes of different origins never imply each other. */
  origin: string;
  components: readonly string[];
  write: boolean;
  fragment: string;
}

/**
 * Splits a space-separated list, without duplicates (RFC 6749, section 3.3). Does not validate the scopes.
 *
 * @example
 * parseScopes('openid profile openid'); // ['openid', 'profile']
 */
export function parseScopes(value: string): string[] {
  return [...new Set(value.split(' ').filter((scope) => scope !== ''))];
}

/**
 * The granted scopes that cover the requested ones, for servers that know no implied scopes: elsewhere than at FxA, a
 * refresh may only name scopes as they were granted (RFC 6749, section 6). Requested scopes that none covers stay.
 *
 * @example
 * grantedScopesFor('openid profile', 'profile:uid'); // ['profile']
 */
export function grantedScopesFor(granted: string, requested: string): string[] {
  const all = parseScopes(granted);
  const covering = parseScopes(requested).map((scope) =>
    all.includes(scope) ? scope : (all.find((one) => implies(one, scope)) ?? scope),
  );
  return [...new Set(covering)];
}

/**
 * Whether FxA accepts this scope: a name like `profile:email:write`, or a canonical https URL, perhaps with a fragment.
 *
 * @example
 * isValidScope('profile:email'); // true
 */
export function isValidScope(scope: string): boolean {
  return parse(scope) !== undefined;
}

/**
 * Whether the scope `granted` includes `requested`. FxA: `profile` implies `profile:email`, but not `email`, `openid` or
 * anything ending in `:write`; `x:write` implies `x`; a URL implies the URLs below it, within its fragment if it has
 * one. An invalid scope implies only itself.
 *
 * @example
 * implies('profile', 'profile:email'); // true
 */
export function implies(granted: string, requested: string): boolean {
  if (granted === requested) return true;
  const general = parse(granted);
  const particular = parse(requested);
  if (general === undefined || particular === undefined) return false;
  return (
    general.origin === particular.origin &&
    (general.write || !particular.write) &&
    (general.fragment === '' || general.fragment === particular.fragment) &&
    general.components.every((name, index) => name === particular.components[index])
  );
}

/**
 * Whether every scope in `requested` is implied by one in `granted`. Both are space-separated lists.
 *
 * @example
 * grantedCovers('profile openid', 'openid profile:email'); // true
 */
export function grantedCovers(granted: string, requested: string): boolean {
  const have = parseScopes(granted);
  return parseScopes(requested).every((scope) => have.some((one) => implies(one, scope)));
}

/**
 * Removes scopes that another scope in the list implies, as FxA does.
 *
 * @example
 * collapseScopes(['profile', 'profile:email']); // ['profile']
 */
export function collapseScopes(scopes: readonly string[]): string[] {
  const different = [...new Set(scopes)];
  return different.filter((scope) => !different.some((other) => other !== scope && implies(other, scope)));
}

function parse(scope: string): Scope | undefined {
  if (!SCOPE_TOKEN.test(scope)) return undefined;
  return scope.startsWith('https:') ? parseUrl(scope) : parseShort(scope);
}

function parseShort(scope: string): Scope | undefined {
  const names = scope.split(':');
  if (names.length > MOST_COMPONENTS || !names.every((name) => SHORT_COMPONENT.test(name))) return undefined;
  const write = names.at(-1) === 'write';
  const components = write ? names.slice(0, -1) : names;
  return components.length === 0 ? undefined : { origin: 'short', components, write, fragment: '' };
}

function parseUrl(scope: string): Scope | undefined {
  if (!URL.canParse(scope)) return undefined;
  const url = new URL(scope);
  if (url.href !== scope || url.username !== '' || url.password !== '' || scope.includes('?'))
    return undefined;
  if (url.pathname.endsWith('/') || (scope.includes('#') && !FRAGMENT.test(url.hash))) return undefined;
  return {
    origin: url.origin,
    components: url.pathname.split('/').slice(1),
    write: false,
    fragment: url.hash,
  };
}
