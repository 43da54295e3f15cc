// What the checks of both kinds of servers share: the keys, the sign-in page, and values that were never issued.
import { randomBytes } from 'node:crypto';
import { authorizationUrl, newAttemptSecrets, type Endpoints } from '../../src/fxa/index.ts';
import type { Ask } from './answer.ts';
import { member, readableFrom, status, type Check } from './evaluate.ts';
import type { BrowserClient } from './settings.ts';

/** FxA: tokens, codes and ids are 32 bytes in hex. This one was never issued. */
export const madeUp = (): string => randomBytes(32).toString('hex');

/** Well-formed, and of no code. */
export const VERIFIER = 'v'.repeat(43);

export const CORS_ADVICE =
  'Without this the extension cannot read the answer: tell the operators, and look at the proxy in front of the server.';

export const registrationAdvice = (redirectUri: string) =>
  `Have ${redirectUri} registered for this client, literally, or name another with --client-id or --redirect-uri.`;

/** The request that opens the sign-in page, as the extension makes it. */
export async function signInPage(
  endpoints: Endpoints,
  { config, redirectUri }: Pick<BrowserClient, 'config' | 'redirectUri'>,
): Promise<Ask> {
  const { environment: name, clientId, scope } = config;
  const { state, codeChallenge } = await newAttemptSecrets();
  const request = { redirectUri, scope, state, codeChallenge, accessType: 'offline' } as const;
  const url = authorizationUrl({ name, clientId, endpoints }, request);
  return { method: 'GET', url, headers: { accept: 'text/html' } };
}

/** The documents that the extension itself fetches. */
export function documentChecks(
  { discovery, jwks }: Endpoints,
  { browser, origin }: BrowserClient,
): readonly Check[] {
  const group = `CORS, ${browser}`;
  return [
    {
      group,
      name: 'discovery',
      request: { method: 'GET', url: discovery, headers: { origin } },
      expect: [status(200), readableFrom(origin)],
      knownFrom: 'recorded: 2023 n 12',
      advice: CORS_ADVICE,
    },
    {
      group,
      name: 'the keys of id_tokens',
      request: { method: 'GET', url: jwks, headers: { origin } },
      expect: [
        status(200),
        member('RS256 keys with a kid', ({ keys }) => hasSigningKey(keys)),
        readableFrom(origin),
      ],
      knownFrom: 'recorded: 2019 n 4, 2023 n 6',
      advice: 'Without a key no id_token can be verified, and every sign-in fails: tell the operators.',
    },
  ];
}

function hasSigningKey(keys: unknown): boolean {
  return (
    Array.isArray(keys) &&
    keys.some((key: unknown) => {
      const { kty, kid, alg = 'RS256', use = 'sig' } = (key ?? {}) as Readonly<Record<string, unknown>>;
      return kty === 'RSA' && typeof kid === 'string' && alg === 'RS256' && use === 'sig';
    })
  );
}
