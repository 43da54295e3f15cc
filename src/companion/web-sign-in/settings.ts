// COMPANION_WEB: the clients that sign people in for web applications. Their secrets are variables of their own.
import * as v from 'valibot';
import { grantedCovers } from '../../fxa/scopes.ts';
import { secureUrl } from '../../fxa/secure-url.ts';
import { WEB_PATHS } from '../../contract/web-sign-in.ts';
import { namedList, scopes } from '../client-list.ts';
import type { Client } from '../clients.ts';
import { domainFault } from './authorized-domains.ts';

const REDIRECT = `redirectUri must be the one registered at Mozilla: https://<companion>${WEB_PATHS.token}`;
const TTL = 'stateTtl must be a whole number of seconds from 60 to 86400';
const DOMAINS = 'authorizedDomains must be a list of domains';

const WEB_CLIENT = v.strictObject(
  {
    name: v.string('name must be that of a client of COMPANION_CLIENTS'),
    /** As registered at Mozilla: this companion's callback. */
    redirectUri: v.pipe(
      v.string(REDIRECT),
      v.check((value) => {
        const url = secureUrl(value);
        return url?.search === '' && url.pathname.endsWith(WEB_PATHS.token);
      }, REDIRECT),
    ),
    requestedScope: scopes('requestedScope must list scopes, such as "profile"', 'profile'),
    /** Where sign-ins may end: `app.example.com`, `*.example.com`. */
    authorizedDomains: v.pipe(
      v.array(
        v.pipe(
          v.string(DOMAINS),
          v.check(
            (entry) => domainFault(entry) === undefined,
            ({ input }) => `an authorized domain ${domainFault(input)}`,
          ),
        ),
        DOMAINS,
      ),
      v.nonEmpty(DOMAINS),
    ),
    /** How long a sign-in may take, in seconds. */
    stateTtl: v.optional(
      v.pipe(v.number(TTL), v.integer(TTL), v.minValue(60, TTL), v.maxValue(86_400, TTL)),
      3600,
    ),
    /** Whether a sign-in without a `code_challenge` gets the access token itself in the fragment, as from kinto-fxa. */
    legacyFragment: v.optional(v.boolean('legacyFragment must be true or false'), false),
  },
  'the only members are name, redirectUri, requestedScope, authorizedDomains, stateTtl, legacyFragment',
);

export const webClientList = namedList(WEB_CLIENT, 'must be a JSON list of web clients');

type Listed = Readonly<v.InferOutput<typeof WEB_CLIENT>>;

/** A confidential client: Mozilla accounts refuses PKCE from it, so `state` alone binds its sign-ins. */
export type WebClient = Client & Listed & { readonly secret: string };

/** The variable with a client's secret. */
export function secretVariable(name: string): string {
  return `COMPANION_WEB_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** Joins the list with its clients and secrets; what is missing is pushed to `faults`. */
export function webClients(
  listed: readonly Listed[],
  clients: readonly Client[],
  variables: Readonly<Record<string, string | undefined>>,
  faults: string[],
): readonly WebClient[] {
  return listed.flatMap((settings, index) => {
    const { name } = settings;
    const client = clients.find((one) => one.name === name);
    const secret = variables[secretVariable(name)] ?? '';
    const wrong = (what: string) =>
      faults.push(`COMPANION_WEB has an error in client ${index + 1}: ${what}.`);
    if (client === undefined) wrong('no client of COMPANION_CLIENTS has its name');
    // Servers of the standards are asked for `openid` in any case.
    else if (!grantedCovers(`openid ${settings.requestedScope}`, client.scope))
      wrong('requestedScope must cover the scope in COMPANION_CLIENTS, or each of its sign-ins is refused');
    else if (!/^[\x21-\x7e]{16,256}$/.test(secret))
      faults.push(`${secretVariable(name)} must be the secret that Mozilla gave you with the client's id.`);
    else return [{ ...client, ...settings, secret }];
    return [];
  });
}
