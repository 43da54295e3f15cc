// The companion for this machine: the mock server's clients, the embedded database, and nothing to set.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCompanion, type RunningCompanion } from '../../src/companion/start.ts';
import type { CompanionSettings } from '../../src/companion/config.ts';
import { WEB_PATHS } from '../../src/contract/web-sign-in.ts';
import { createLog } from '../../src/companion/operations/log.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import { readVersion } from '../../src/companion/version.ts';
import { EXTENSION_CLIENTS, RETURN_PAGE, WEB_CLIENT } from '../../src/mock-accounts/seed.ts';
import { WEB_PORT } from '../../examples/web/server.ts';
import { redirectUris } from '../build/manifest.ts';

/** The default port. */
export const COMPANION_PORT = Number(new URL(RETURN_PAGE).port);

/** Of the status page and the counters, for the user "operator". */
export const OPERATOR_PASSWORD = 'correct horse battery';

/** Kept between starts where there is a folder: accounts are known by hashes under it. */
function secretIn(dataDir: string | undefined): Uint8Array {
  if (dataDir === undefined) return randomBytes(32);
  const path = join(dataDir, 'secret');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return Buffer.from(readFileSync(path, 'utf8'), 'hex');
}

export interface LocalSettings {
  /** The mock server's origin. */
  readonly issuer: string;
  readonly port: number;
  /** The port of examples/web. */
  readonly webPort?: number;
  /** Without one everything is in memory. */
  readonly dataDir?: string;
  readonly databaseUrl?: string;
}

/** Settings against a mock server: both builds of the extension and examples/web, which share a space. */
export async function localSettings({
  issuer,
  port,
  webPort = WEB_PORT,
  dataDir,
  databaseUrl,
}: LocalSettings): Promise<CompanionSettings> {
  const client = { scope: 'profile:uid', space: 'extension', jwt: false };
  const web = { ...client, clientId: WEB_CLIENT.id, name: 'to-do' };
  return {
    issuer,
    clients: [
      { ...client, clientId: EXTENSION_CLIENTS.firefox, name: 'extension-firefox', origin: issuer },
      { ...client, clientId: EXTENSION_CLIENTS.chromium, name: 'extension-chromium', origin: issuer },
      web,
    ],
    web: [
      {
        ...web,
        secret: WEB_CLIENT.secret,
        redirectUri: `http://127.0.0.1:${port}${WEB_PATHS.token}`,
        requestedScope: 'profile',
        authorizedDomains: [`127.0.0.1:${webPort}`],
        stateTtl: 3600,
        legacyFragment: false,
      },
    ],
    secret: secretIn(dataDir),
    ...(dataDir !== undefined && databaseUrl === undefined && { dataDir: join(dataDir, 'database') }),
    ...(databaseUrl !== undefined && { databaseUrl }),
    host: '127.0.0.1',
    port,
    extensionIds: [new URL((await redirectUris()).chromium).hostname.split('.', 1).join('')],
    tokenCheck: 'introspect',
    realm: 'companion',
    trustedProxies: 0,
    operatorPassword: OPERATOR_PASSWORD,
    logLevel: 'warn',
  };
}

/** Starts one; what goes wrong in it is said in plain lines on standard error. */
export async function startLocalCompanion(settings: LocalSettings): Promise<RunningCompanion> {
  return startCompanion({
    settings: await localSettings(settings),
    log: createLog({ format: 'plain', level: 'warn', out: process.stderr }),
    version: readVersion(),
    printReason: (why) => console.error(`companion: ${why}`),
    // News should come soon while one develops, whatever else the machine does.
    pollAfter: () => 0,
  });
}

/** Where a companion at that origin takes the events of every client that it has for development. */
export function webhooksTo(origin: string): Readonly<Record<string, string>> {
  const url = origin + WEBHOOK_PATH;
  return { [EXTENSION_CLIENTS.firefox]: url, [EXTENSION_CLIENTS.chromium]: url, [WEB_CLIENT.id]: url };
}
