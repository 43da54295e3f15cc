/** The authorization request as the sign-in page reads it, and the errors that stay on the page. */
import { UNTRUSTED_SCOPES } from '../../fxa/scopes.ts';
import { EMAIL } from '../auth/accounts.ts';
import { refusedScopes } from '../oauth/client-policy.ts';
import { covers, scopeValues } from '../scope-set.ts';
import type { Client } from '../store/types.ts';
import type { EraRules } from '../era.ts';
import type { MockContext } from '../context.ts';

export interface PageRequest {
  readonly client: Client;
  readonly redirectUri: string;
  /** What will be asked for, after the page stripped what an untrusted client cannot have. */
  readonly scope: string;
  readonly state: string;
  readonly accessType: 'online' | 'offline';
  readonly codeChallenge: string | undefined;
  readonly acrValues: string | undefined;
  /** Seconds. */
  readonly maxAge: number | undefined;
  readonly prompt: string | undefined;
  readonly action: string | undefined;
  readonly email: string | undefined;
  readonly idTokenHint: string | undefined;
  readonly keysJwk: string | undefined;
  /** Whether a scope is requested whose keys may go to this redirect URI. */
  readonly wantsKeys: boolean;
  readonly returnOnError: boolean;
  /** Query parameters as they came, for what must be carried along. */
  readonly query: URLSearchParams;
}

export interface PageError {
  readonly message: string;
  readonly parameter?: string;
}

/** FxA: an untrusted client's other scopes are stripped silently, as long as one is left. */
function usableScope(client: Client, scope: string): string | undefined {
  const values = scopeValues(scope);
  if (values === undefined || values.length === 0) return undefined;
  if (client.trusted) return values.join(' ');
  const allowed = values.filter((value) => covers(UNTRUSTED_SCOPES.join(' '), value));
  return allowed.length === 0 ? undefined : allowed.join(' ');
}

/** FxA: with `prompt=consent` a trusted client's `profile` becomes four narrower scopes. */
function narrowedForConsent(scope: string): string {
  const narrow = 'profile:uid profile:email profile:display_name profile:avatar';
  return scope
    .split(' ')
    .map((value) => (value === 'profile' ? narrow : value))
    .join(' ');
}

/**
 * Whether keys of a requested scope may go to this redirect URI. FxA: a scope the page has no list for just gets none;
 * one with a list that lacks the redirect URI is an error.
 */
function mayHaveKeys(context: MockContext, scope: string, redirectUri: string): boolean | 'elsewhere' {
  const lists = scope.split(' ').flatMap((value) => {
    const list = context.store.keyRedirectUris.get(value);
    return list === undefined ? [] : [list];
  });
  return lists.every((list) => list.includes(redirectUri)) ? lists.length > 0 : 'elsewhere';
}

type Wrong = (parameter: string) => PageError;

/** How an era words a parameter that is wrong, or that is missing. FxA: 2019 told the two apart by no word. */
function wordsOf({ monorepo }: EraRules): { bad: Wrong; missing: Wrong } {
  const saying = (start: string) => (parameter: string) => ({ message: `${start}: ${parameter}`, parameter });
  const bad = saying(monorepo ? 'Invalid OAuth parameter' : 'Invalid parameter');
  return { bad, missing: monorepo ? saying('Missing OAuth parameter') : bad };
}

/**
 * What is wrong with PKCE, and with `state`. FxA: later pages look at neither closely; the request for the code fails,
 * after the person has signed in.
 */
function wrongChallenge(
  rules: EraRules,
  client: Client,
  query: URLSearchParams,
  bad: Wrong,
): PageError | undefined {
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if (rules.monorepo) {
    if (challenge !== null && !/^[A-Za-z0-9_-]{43,128}$/.test(challenge)) return bad('code_challenge');
    return method === null || method === 'S256' ? undefined : bad('code_challenge_method');
  }
  const state = query.get('state') ?? '';
  if (state === '' || state.length > rules.stateMaxLength) return bad('state');
  if (challenge !== null && !/^[A-Za-z0-9_-]{43}$/.test(challenge)) return bad('code_challenge');
  if (method !== (challenge === null ? null : 'S256')) return bad('code_challenge_method');
  if (client.publicClient && challenge === null)
    return { message: 'Public clients require PKCE OAuth parameters' };
  return client.publicClient || challenge === null ? undefined : { message: 'Not a public client' };
}

/** Reads and judges a request. FxA: whatever is wrong here is shown on the page and never redirected. */
export function readRequest(context: MockContext, query: URLSearchParams): PageRequest | PageError {
  const get = (name: string) => query.get(name) ?? undefined;
  const { bad, missing } = wordsOf(context.rules);
  const clientId = get('client_id');
  if (clientId === undefined) return missing('client_id');
  const client = context.store.clients.get(clientId);
  if (client === undefined) return { message: 'Unknown client', parameter: 'client_id' };
  if (client.disabled === true) return { message: 'This client has been temporarily disabled' };
  const redirectUri = get('redirect_uri') ?? client.redirectUris[0] ?? '';
  if (!client.redirectUris.includes(redirectUri))
    return { message: 'Incorrect redirect_uri', parameter: 'redirect_uri' };

  const prompt = get('prompt');
  if (get('scope') === undefined) return missing('scope');
  const requested = usableScope(client, (get('scope') ?? '').replaceAll('+', ' '));
  if (requested === undefined) return bad('scope');
  const scope = prompt === 'consent' && client.trusted ? narrowedForConsent(requested) : requested;
  if (refusedScopes(client, scope).length > 0) return bad('scope');
  const state = get('state') ?? '';
  const accessType = get('access_type') ?? 'online';
  if (accessType !== 'online' && accessType !== 'offline') return bad('access_type');

  const codeChallenge = get('code_challenge');
  const wrong = wrongChallenge(context.rules, client, query, bad);
  if (wrong !== undefined) return wrong;

  const maxAge = get('max_age');
  if (maxAge !== undefined && !/^\d+$/.test(maxAge)) return bad('max_age');
  if (![undefined, 'none', 'login', 'consent'].includes(prompt)) return bad('prompt');
  // FxA: the page still knows `pairing`; without a second device here it is a plain sign-in.
  const action = get('action');
  if (![undefined, 'email', 'force_auth', 'signin', 'signup', 'pairing'].includes(action))
    return bad('action');
  const email = get('email') ?? get('login_hint');
  if (action === 'force_auth' && get('email') === undefined) return bad('email');
  if (email !== undefined && email !== '' && !EMAIL.test(email))
    return bad(query.has('email') ? 'email' : 'login_hint');
  const keysJwk = get('keys_jwk');
  if (keysJwk !== undefined && !/^[A-Za-z0-9-_]+$/.test(keysJwk)) return bad('keys_jwk');
  const wantsKeys = keysJwk !== undefined && mayHaveKeys(context, requested, redirectUri);
  if (wantsKeys === 'elsewhere') return { message: 'Invalid redirect parameter', parameter: 'redirect_uri' };
  return {
    client,
    redirectUri,
    scope,
    state,
    accessType,
    codeChallenge,
    acrValues: get('acr_values'),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    prompt,
    action,
    email: email === '' ? undefined : email,
    idTokenHint: get('id_token_hint'),
    keysJwk,
    wantsKeys,
    returnOnError: get('return_on_error') !== 'false',
    query,
  };
}
