// Reads the companion's settings from the environment, and reports everything missing or wrong at once.
import { knownEndpoints, type Endpoints } from '../fxa/environments.ts';
import { secureUrl, withoutSlash } from '../fxa/secure-url.ts';
import { parseClients } from './client-list.ts';
import { sessionAttributes, urlsOf } from './db/postgres-hosts.ts';
import type { Client } from './clients.ts';

export interface CompanionSettings {
  readonly issuer: string;
  /** Absent: discovered at the issuer. */
  readonly endpoints?: Endpoints;
  readonly clients: readonly Client[];
  /** Key of the account hashes, at least 32 bytes. If it is lost, existing accounts can no longer be matched. */
  readonly secret: Uint8Array;
  /** URL of a PostgreSQL server. Absent: the embedded database. */
  readonly databaseUrl?: string;
  /** Folder of the embedded database. Absent: kept in memory. */
  readonly dataDir?: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Ids of Chromium builds; they are part of the extension's origin. */
  readonly extensionIds: readonly string[];
  /** Which endpoint of Mozilla accounts checks opaque access tokens. */
  readonly tokenCheck: 'introspect' | 'verify';
  readonly realm: string;
  /** How many proxies in front are trusted to report the caller's address. */
  readonly trustedProxies: number;
  /** Absent: `/metrics` and `/status` are off. */
  readonly operatorPassword?: string;
  readonly logLevel: LogLevel;
  /** How long an idle connection is kept for its next request, in seconds. Default 620. */
  readonly keepAlive?: number;
  /** How long it keeps serving after SIGTERM while its heartbeats return 503, in seconds. Default 5. */
  readonly drain?: number;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Variables = Readonly<Record<string, string | undefined>>;

/** Lists everything wrong with the environment, one sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      ['The companion cannot start with these settings:', ...faults.map((fault) => `  ${fault}`)].join('\n'),
    );
    this.faults = faults;
  }
}

/**
 * Reads the settings for production; nothing that matters has a default.
 *
 * @throws ConfigError listing all faults.
 */
export function readSettings(variables: Variables): CompanionSettings {
  const faults: string[] = [];
  const optional = <T>(name: string, parse: (value: string) => T): T | undefined => {
    // An empty variable counts as unset.
    const value = variables[name] || undefined;
    try {
      return value === undefined ? undefined : parse(value);
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : 'is wrong'}.`);
      return undefined;
    }
  };
  const needed = <T>(name: string, parse: (value: string) => T, what: string): T => {
    if (!variables[name]) faults.push(`${name} is missing: ${what}.`);
    return optional(name, parse) as T;
  };

  const accounts = needed('FXA_ISSUER', accountsAt, '"production", "stage" or the issuer\'s URL');
  const databaseUrl = optional('DATABASE_URL', postgresUrl);
  const dataDir = optional('COMPANION_DATA', String);
  if (!variables.DATABASE_URL === !variables.COMPANION_DATA) {
    faults.push(
      'Set either DATABASE_URL (a PostgreSQL server) or COMPANION_DATA (a folder for the embedded database).',
    );
  }
  const operatorPassword = optional('COMPANION_OPERATOR_PASSWORD', password);
  const settings: CompanionSettings = {
    ...accounts,
    clients: needed('COMPANION_CLIENTS', realClients, 'a JSON list, as in .env.example'),
    secret: needed(
      'COMPANION_SECRET',
      secretBytes,
      '32 random bytes in hex, such as "openssl rand -hex 32" prints',
    ),
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(dataDir !== undefined && { dataDir }),
    host: needed('HOST', String, 'the address to listen on, such as 127.0.0.1 or 0.0.0.0'),
    port: needed('PORT', wholeNumber(0, 65_535), 'the port to listen on'),
    extensionIds: optional('COMPANION_EXTENSION_IDS', parseExtensionIds) ?? [],
    tokenCheck: optional('COMPANION_TOKEN_CHECK', oneOf('introspect', 'verify')) ?? 'introspect',
    realm: optional('COMPANION_REALM', String) ?? 'companion',
    trustedProxies: optional('COMPANION_TRUSTED_PROXIES', wholeNumber(0, 10)) ?? 0,
    ...(operatorPassword !== undefined && { operatorPassword }),
    logLevel: optional('LOG_LEVEL', oneOf(...LOG_LEVELS)) ?? 'info',
    ...numbered('keepAlive', optional('COMPANION_KEEP_ALIVE', wholeNumber(1, 3600))),
    ...numbered('drain', optional('COMPANION_DRAIN', wholeNumber(0, 300))),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return settings;
}

function accountsAt(value: string): Pick<CompanionSettings, 'issuer' | 'endpoints'> {
  if (value === 'production' || value === 'stage') {
    const endpoints = knownEndpoints(value);
    return { issuer: endpoints.issuer, endpoints };
  }
  const url = secureUrl(value);
  if (url?.search !== '')
    throw new Error('must be "production", "stage", or an https URL (http only on this machine)');
  return { issuer: withoutSlash(value) };
}

function numbered<Name extends string>(name: Name, value: number | undefined) {
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, number>>;
}

/** The client ids in .env.example. */
const EXAMPLE_CLIENTS: ReadonlySet<string> = new Set(['0123456789abcdef', 'fedcba9876543210']);

function realClients(value: string): readonly Client[] {
  const clients = parseClients(value);
  const example = clients.find(({ clientId }) => EXAMPLE_CLIENTS.has(clientId));
  if (example)
    throw new Error(`has the client id ${example.clientId} of .env.example: use those Mozilla gave you`);
  return clients;
}

function secretBytes(value: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2}){32,}$/i.test(value)) throw new Error('must be at least 32 bytes in hex');
  return Buffer.from(value, 'hex');
}

const UNUSABLE_SESSIONS: ReadonlySet<string> = new Set(['read-only', 'standby', 'prefer-standby']);

function postgresUrl(value: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(value)) throw new Error('must begin with postgres://');
  if (value.includes('#')) throw new Error('contains a #: in a password, write it as %23');
  if (!urlsOf(value).every((url) => URL.canParse(url))) {
    throw new Error(
      'cannot be read: write special characters of the password as %XX (/ as %2F, @ as %40, : as %3A)',
    );
  }
  if (value.includes('//companion:password@')) throw new Error('is the one of .env.example: set your own');
  if (UNUSABLE_SESSIONS.has(sessionAttributes(value) ?? '')) {
    throw new Error('selects read-only servers: target_session_attrs must be read-write, primary or any');
  }
  return value;
}

function parseExtensionIds(value: string): readonly string[] {
  const ids = value.split(/[\s,]+/).filter((id) => id !== '');
  if (ids.some((id) => !/^[a-p]{32}$/.test(id))) throw new Error('must list ids of 32 letters from a to p');
  return ids;
}

function password(value: string): string {
  if (value.length < 16)
    throw new Error('must have at least 16 characters, since it is exposed to the network');
  return value;
}

function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new Error(`must be a whole number from ${least} to ${most}`);
    }
    return number;
  };
}

function oneOf<T extends string>(...choices: readonly T[]): (value: string) => T {
  return (value) => {
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
    return chosen;
  };
}
