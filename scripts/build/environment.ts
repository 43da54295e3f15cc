// The build's environment, from its variables: which Mozilla accounts, which client, which scopes. Says what is
// missing.
import { knownEndpoints, mockServerEndpoints, type EnvironmentName } from '../../src/fxa/environments.ts';
import { parameterFault } from '../../src/fxa/authorization-parameters.ts';
import {
  DEFAULT_SCOPES,
  grantedCovers,
  isValidScope,
  parseScopes,
  UNTRUSTED_SCOPES,
} from '../../src/fxa/scopes.ts';
import { secureUrl } from '../../src/fxa/secure-url.ts';
import type { BuildConfig } from '../../src/extension/config.ts';
import { EXTENSION_CLIENTS, RETURN_PAGE } from '../../src/mock-accounts/seed.ts';
import { signInMetrics } from './sign-in-metrics.ts';

export type BrowserName = 'firefox' | 'chromium';
export type Variables = Readonly<Record<string, string | undefined>>;

const ENVIRONMENTS: readonly EnvironmentName[] = ['production', 'stage', 'local', 'custom'];

/**
 * The origins of your own APIs, such as `https://api.example.com`. The content security policy lets the background
 * connect only to Mozilla accounts and to these. They must support CORS, because the extension has no host permission.
 */
export const YOUR_HOSTS: readonly string[] = [];

/** Where `npm run fxa` listens when it is not told otherwise. */
export const MOCK_SERVER_ORIGIN = 'http://127.0.0.1:9720';

/** Seconds between polls of the companion in the background. Rare, so as not to wake a laptop. */
const COMPANION_EVERY = 300;

/** @throws Error with a sentence for the person who builds. */
export function buildConfig(name: string, browser: BrowserName, variables: Variables): BuildConfig {
  const environment = ENVIRONMENTS.find((known) => known === name);
  if (!environment)
    throw new Error(`There is no environment "${name}"; choose one of ${ENVIRONMENTS.join(', ')}.`);
  const common = {
    environment,
    ...scopes(environment, variables),
    ...pairwiseSubjects(variables),
    metrics: signInMetrics(variables),
    ...returnPage(environment, variables),
    ...companion(environment, variables),
  };
  switch (environment) {
    case 'production':
    case 'stage': {
      const endpoints = knownEndpoints(environment);
      const id = clientId(environment, browser, variables);
      const config = { ...common, issuer: endpoints.issuer, clientId: id, endpoints };
      return { ...config, connectsTo: connectSources(config) };
    }
    case 'local': {
      const endpoints = mockServerEndpoints(mockServerOrigin(variables));
      const id = configuredClient(browser, variables) ?? EXTENSION_CLIENTS[browser];
      return { ...common, issuer: endpoints.issuer, clientId: id, endpoints };
    }
    case 'custom':
      return {
        ...common,
        issuer: issuer(variables),
        clientId: clientId(environment, browser, variables),
      };
  }
}

/** This machine, where a mock server may run that a tester turns to. */
const LOOPBACK = ['http://127.0.0.1:*', 'http://localhost:*'];

/**
 * Where the background may connect to (CSP `connect-src`): in production its own servers, and nothing else. A stage
 * build can besides reach a mock server, so that a host missing in `hosts` fails there as it would in production.
 */
export function connectSources(config: BuildConfig, hosts = YOUR_HOSTS): readonly string[] {
  const { companion, endpoints, environment } = config;
  if (environment === 'local' || environment === 'custom') return testerSources(config);
  const accounts = Object.values(endpoints ?? {}).map((url) => new URL(url as string).origin);
  const more = environment === 'stage' ? LOOPBACK : [];
  return [...new Set([...accounts, ...(companion ? [companion.origin] : []), ...hosts, ...more])];
}

/**
 * A tester may choose another server on the options page, and one found by discovery names its hosts only when it is
 * asked: so https anywhere, and this machine. An issuer on this machine by another of its names is named beside them.
 */
function testerSources({ issuer, companion }: BuildConfig): readonly string[] {
  const plain = [issuer, companion?.origin ?? ''].filter((origin) => origin.startsWith('http://'));
  const unusual = plain.filter((origin) => !/^http:\/\/(127\.0\.0\.1|localhost)(:|$)/.test(origin));
  return ['https:', ...LOOPBACK, ...unusual];
}

/** Where pages may take pictures from: the profile server, and the CDN that keeps uploaded ones. */
export function imageSources(config: BuildConfig): readonly string[] {
  if (config.environment !== 'production') return testerSources(config);
  return [
    originOf(config.endpoints?.profile),
    'https://firefoxusercontent.com',
    'https://*.firefoxusercontent.com',
  ];
}

function originOf(url: string | undefined): string {
  return url === undefined ? "'none'" : new URL(url).origin;
}

/** What a local build may do besides, so that changing name and picture can be seen. */
const LOCAL_SCOPES = ['profile:display_name:write', 'profile:avatar:write'];

function scopes(
  environment: EnvironmentName,
  variables: Variables,
): Pick<BuildConfig, 'scope' | 'keyScopes'> {
  const trusted = variables.FXA_TRUSTED || 'true';
  if (trusted !== 'true' && trusted !== 'false') throw new Error('FXA_TRUSTED is true or false.');
  const more = environment === 'local' ? LOCAL_SCOPES : [];
  const standard = trusted === 'true' ? [...DEFAULT_SCOPES, ...more] : UNTRUSTED_SCOPES;
  const scope = parseScopes(variables.FXA_SCOPES || standard.join(' ')).join(' ');
  const fault = parameterFault('scope', scope);
  if (fault !== undefined) throw new Error(`FXA_SCOPES is "${scope}": ${fault}.`);
  // The id_token proves the sign-in, and the uid is what an account is known by.
  for (const needed of ['openid', 'profile:uid']) {
    if (!grantedCovers(scope, needed)) throw new Error(`FXA_SCOPES is "${scope}": it must cover ${needed}.`);
  }
  const keyScopes = keyScopesOf(variables, trusted === 'true');
  if (keyScopes.length === 0) return { scope };
  const all = parseScopes([scope, ...keyScopes].join(' ')).join(' ');
  const tooMuch = parameterFault('scope', all);
  if (tooMuch !== undefined) throw new Error(`FXA_SCOPES and FXA_KEY_SCOPES make "${all}": ${tooMuch}.`);
  return { scope: all, keyScopes };
}

/** `FXA_PAIRWISE`: whether id_token and profile of one account name different subjects. */
function pairwiseSubjects({ FXA_PAIRWISE }: Variables): { pairwiseSubjects?: true } {
  const given = FXA_PAIRWISE || 'false';
  if (given !== 'true' && given !== 'false') throw new Error('FXA_PAIRWISE is true or false.');
  return given === 'true' ? { pairwiseSubjects: true } : {};
}

/** The scopes whose encryption keys the build asks for. Mozilla allows them by client and by redirect URI. */
function keyScopesOf({ FXA_KEY_SCOPES }: Variables, trusted: boolean): readonly string[] {
  const keyScopes = parseScopes(FXA_KEY_SCOPES ?? '');
  const complain = (reason: string) => new Error(`FXA_KEY_SCOPES is "${FXA_KEY_SCOPES}": ${reason}.`);
  if (keyScopes.length > 0 && !trusted) throw complain('a client that Mozilla does not trust gets no keys');
  const odd = keyScopes.find((scope) => !scope.startsWith('https://') || !isValidScope(scope));
  if (odd !== undefined) {
    const example = 'https://identity.mozilla.com/apps/notes';
    throw complain(`"${odd}" is no scope that can have keys; those are https URLs such as ${example}`);
  }
  // FxA: they come in at most 1024 characters, and each scope takes about 270 of them.
  if (keyScopes.length > 2)
    throw complain('an answer of Mozilla accounts has room for the keys of two scopes');
  return keyScopes;
}

function clientId(environment: EnvironmentName, browser: BrowserName, variables: Variables): string {
  const id = configuredClient(browser, variables);
  if (id !== undefined) return id;
  throw new Error(
    `A ${environment} build for ${browser} needs a client id: set FXA_CLIENT_ID, or FXA_CLIENT_ID_${browser.toUpperCase()} ` +
      'when each browser has its own. Mozilla gives them out; "npm run redirect-uris" prints the redirect URIs to ask for.',
  );
}

function configuredClient(browser: BrowserName, variables: Variables): string | undefined {
  // An empty variable counts as unset.
  const id = variables[`FXA_CLIENT_ID_${browser.toUpperCase()}`] || variables.FXA_CLIENT_ID;
  if (!id) return undefined;
  if (!/^[0-9a-f]{16}$/.test(id))
    throw new Error(`"${id}" is no client id: FxA's are 16 hexadecimal digits.`);
  return id;
}

/** A redirect URI like the browsers' own: Mozilla registers it, and compares it literally. */
function returnPage(environment: EnvironmentName, { FXA_RETURN_PAGE }: Variables): { returnPage?: string } {
  const page = FXA_RETURN_PAGE || (environment === 'local' ? RETURN_PAGE : '');
  if (page === '') return {};
  const url = secureUrl(page);
  if (url?.href !== page || url.search !== '' || parameterFault('redirect_uri', page) !== undefined) {
    throw new Error(
      `FXA_RETURN_PAGE is "${page}": it must be the exact address of the companion's return page, such as ` +
        'https://companion.example/auth/return; https (http only on this machine), without a query.',
    );
  }
  return { returnPage: page };
}

/** The companion's origin. Local builds have one next to the mock server; others only if configured. */
function companion(
  environment: EnvironmentName,
  { FXA_COMPANION, FXA_COMPANION_EVERY }: Variables,
): Pick<BuildConfig, 'companion'> {
  const given = FXA_COMPANION || (environment === 'local' ? new URL(RETURN_PAGE).origin : '');
  if (given === '' || given === 'none') return {};
  const url = secureUrl(given);
  if (url?.href !== `${url?.origin}/` || given.includes('[')) {
    throw new Error(
      `FXA_COMPANION is "${given}": it must be the companion's origin, such as https://companion.example; https (http ` +
        'only on this machine), without a path. "none" builds without one.',
    );
  }
  const every = Number(FXA_COMPANION_EVERY || COMPANION_EVERY);
  if (!Number.isInteger(every) || every < 1 || every > 86_400) {
    throw new Error(
      `FXA_COMPANION_EVERY is "${FXA_COMPANION_EVERY}": it must be whole seconds, from 1 to 86400.`,
    );
  }
  return { companion: { origin: url.origin, every } };
}

/** The content security policy has no way to name an IPv6 address. */
function mockServerOrigin({ FXA_STANDIN_ORIGIN }: Variables): string {
  if (FXA_STANDIN_ORIGIN?.includes('[')) {
    throw new Error('FXA_STANDIN_ORIGIN must be http://127.0.0.1:PORT or http://localhost:PORT.');
  }
  return FXA_STANDIN_ORIGIN || MOCK_SERVER_ORIGIN;
}

function issuer(variables: Variables): string {
  const given = variables.FXA_ISSUER;
  if (!given)
    throw new Error('A custom build needs FXA_ISSUER: the origin of the Mozilla accounts to sign in at.');
  if (!secureUrl(given))
    throw new Error(`FXA_ISSUER is "${given}": it must be https, or http on this machine (loopback).`);
  return given.replace(/\/$/, '');
}
