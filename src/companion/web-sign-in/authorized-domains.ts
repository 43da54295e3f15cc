// Where a sign-in may end: the authorized domains of a web application, as in kinto-fxa, compared with parsed URLs.
import { isLoopback, secureUrl } from '../../fxa/secure-url.ts';

const LONGEST_REDIRECT = 2048;
const FORM =
  'must be a domain such as "app.example.com" or "*.example.com", with its port unless that is 443';

/**
 * What is wrong with an entry: a host as the URL parser writes it (lower case, punycode), or `*.` and a domain of two
 * labels at least, for any host below that domain.
 */
export function domainFault(entry: string): string | undefined {
  if (entry === '*')
    return 'must not be "*": a sign-in could then end at any site on the web, which would get the account';
  const isWildcard = entry.startsWith('*.');
  const host = isWildcard ? entry.slice(2) : entry;
  // By that scheme whose default port may be left out.
  if (!URL.canParse(`https://${host}`) || new URL(`https://${host}`).host !== host) return FORM;
  const isDomain = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]*(?::\d+)?$/.test(host);
  if (isWildcard) return isDomain ? undefined : 'must have two labels or more after "*."';
  return isDomain || isLoopback(new URL(`https://${host}`).hostname) ? undefined : FORM;
}

/** Whether a host with its port, as the URL parser writes it, is one of the domains. */
function isAuthorized(host: string, domains: readonly string[]): boolean {
  return domains.some((entry) => (entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry));
}

/**
 * A redirect as the URL parser reads it, which is how the browser will; undefined unless it is https (http on loopback),
 * without user information, on an authorized domain. `fragment`: whether it may, and then must, have one.
 */
export function authorizedRedirect(
  redirect: string,
  domains: readonly string[],
  fragment: boolean,
): URL | undefined {
  if (redirect.length > LONGEST_REDIRECT || redirect.includes('#') !== fragment) return undefined;
  const url = secureUrl(fragment ? redirect.slice(0, redirect.indexOf('#')) : redirect);
  if (url === undefined || !isAuthorized(url.host, domains)) return undefined;
  return fragment ? new URL(redirect) : url;
}

/** Whether `Origin` is one of the domains'. */
export function isAuthorizedOrigin(origin: string, domains: readonly string[]): boolean {
  const url = secureUrl(origin);
  return url?.origin === origin && isAuthorized(url.host, domains);
}
