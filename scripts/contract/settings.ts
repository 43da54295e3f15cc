// What `npm run contract` and `npm run smoke` are told: which deployment, which clients, which account. The build's own
// variables count here too, so that what is checked is what a build would use.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { BuildConfig } from '../../src/extension/config.ts';
import { buildConfig, type BrowserName, type Variables } from '../build/environment.ts';
import { redirectUris } from '../build/manifest.ts';

export const OPTIONS_USAGE = `  --env NAME          stage, production, custom, or local for the mock server (local)
  --issuer URL        custom: the issuer; instead of FXA_ISSUER
  --client-id ID      instead of FXA_CLIENT_ID, FXA_CLIENT_ID_FIREFOX and FXA_CLIENT_ID_CHROMIUM
  --redirect-uri URI  instead of the redirect URIs of this extension (npm run redirect-uris)
  --browser NAME      firefox or chromium: only this one
An account comes by the environment variables FXA_EMAIL and FXA_PASSWORD, never by an option.`;

const OPTIONS = {
  env: { type: 'string', default: 'local' },
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  'redirect-uri': { type: 'string' },
  browser: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

export interface Account {
  readonly email: string;
  readonly password: string;
}

/** What one browser's build has: its client, its redirect URI, its scopes. */
export interface BrowserClient {
  readonly browser: BrowserName;
  readonly config: BuildConfig;
  readonly redirectUri: string;
  /** Where the extension's requests come from. Firefox makes one up for every profile. */
  readonly origin: string;
}

export interface Settings {
  readonly env: string;
  /** At least one. */
  readonly clients: readonly BrowserClient[];
  readonly account: Account | undefined;
  /** The variables of a build for this deployment. */
  readonly variables: Variables;
}

/**
 * Reads the arguments. Undefined when help was asked for.
 *
 * @throws Error with a sentence for the person who runs it.
 */
export async function readSettings(
  args: readonly string[],
  environment: Variables,
): Promise<Settings | undefined> {
  const { values } = parseArgs({ options: OPTIONS, args: [...args] });
  if (values.help) return undefined;
  const { env, browser } = values;
  if (browser !== undefined && browser !== 'firefox' && browser !== 'chromium')
    throw new Error('--browser is firefox or chromium.');
  const variables = variablesOf(values, environment);
  const own = await redirectUris();
  const origins = {
    firefox: `moz-extension://${randomUUID()}`,
    chromium: `chrome-extension://${new URL(own.chromium).hostname.replace('.chromiumapp.org', '')}`,
  };
  const browsers: readonly BrowserName[] = browser ? [browser] : ['firefox', 'chromium'];
  const clients = browsers.map((name) => ({
    browser: name,
    config: buildConfig(env, name, variables),
    redirectUri: values['redirect-uri'] ?? own[name],
    origin: origins[name],
  }));
  return { env, clients, account: accountOf(environment), variables };
}

function variablesOf(
  values: { env: string; issuer?: string | undefined; 'client-id'?: string | undefined },
  environment: Variables,
): Variables {
  const { 'client-id': clientId, issuer, env } = values;
  if (issuer !== undefined && env !== 'custom') throw new Error('--issuer goes with --env custom only.');
  return {
    ...environment,
    ...(issuer !== undefined && { FXA_ISSUER: issuer }),
    ...(clientId !== undefined && {
      FXA_CLIENT_ID: clientId,
      FXA_CLIENT_ID_FIREFOX: undefined,
      FXA_CLIENT_ID_CHROMIUM: undefined,
    }),
  };
}

function accountOf({ FXA_EMAIL: email, FXA_PASSWORD: password }: Variables): Account | undefined {
  if (!email && !password) return undefined;
  if (!email || !password) throw new Error('An account needs both: FXA_EMAIL and FXA_PASSWORD.');
  return { email, password };
}
