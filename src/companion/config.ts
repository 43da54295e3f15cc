// Reads the companion's settings from the environment, and reports everything missing or wrong at once.
import * as v from 'valibot';
import { knownEndpoints, type Endpoints } from '../fxa/environments.ts';
import { secureUrl, withoutSlash } from '../fxa/secure-url.ts';
import { clientList } from './client-list.ts';
import { sessionAttributes, urlsOf } from './db/postgres-hosts.ts';
import type { Client, Secrets } from './clients.ts';
import { expectedEvents, type ExpectedEvents } from './operations/silence.ts';
import { queueFaults, queueSettings, queueUrl, region, type QueueSettings } from './queue/settings.ts';
import { hexBytes, passwords, secretFaults, secretList } from './secret-settings.ts';
import { secretVariable, webClientList, webClients, type WebClient } from './web-sign-in/settings.ts';

export interface CompanionSettings extends Secrets {
  readonly issuer: string;
  /** Absent: discovered at the issuer. */
  readonly endpoints?: Endpoints;
  readonly clients: readonly Client[];
  /** Those that sign people in for web applications; the first is the default. Absent: none does. */
  readonly web?: readonly WebClient[] | undefined;
  /** Key of the account hashes, at least 32 bytes. If it is lost, existing accounts can no longer be matched. */
  readonly secret: Uint8Array;
  /** The secret it replaces; accounts move to the new one as their uids are shown. */
  readonly formerSecret?: Uint8Array | undefined;
  /** URL of a PostgreSQL server. Absent: the embedded database. */
  readonly databaseUrl?: string | undefined;
  /** Folder of the embedded database. Absent: kept in memory. */
  readonly dataDir?: string | undefined;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Ids of Chromium builds; they are part of the extension's origin. */
  readonly extensionIds: readonly string[];
  /** Which endpoint of Mozilla accounts checks opaque access tokens. */
  readonly tokenCheck: 'introspect' | 'verify';
  readonly realm: string;
  /** How long a valid access token is accepted without asking again, in seconds. Default 300. */
  readonly cacheTtl?: number | undefined;
  /** How many proxies in front are trusted to report the caller's address. */
  readonly trustedProxies: number;
  /** Absent: `/metrics` and `/status` are off. */
  readonly operatorPassword?: string | undefined;
  readonly logLevel: LogLevel;
  /** How long an idle connection is kept for its next request, in seconds. Default 620. */
  readonly keepAlive?: number | undefined;
  /** How long it keeps serving after SIGTERM while its heartbeats return 503, in seconds. Default 5. */
  readonly drain?: number | undefined;
  /** Absent: no queue is read. */
  readonly queue?: QueueSettings | undefined;
  /** Absent: no events are expected. */
  readonly expectedEvents?: ExpectedEvents | undefined;
}

/** Seconds. Longer than load balancers keep a connection (Google's: 600), so that they close it first. */
export const KEEP_ALIVE = 620;

/** Seconds. Load balancers poll the heartbeat every few seconds. */
export const DRAIN = 5;

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
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

/** The client ids in .env.example. */
const EXAMPLE_CLIENTS: readonly string[] = ['0123456789abcdef', 'fedcba9876543210'];
const UNUSABLE_SESSIONS: readonly string[] = ['read-only', 'standby', 'prefer-standby'];

/** A setting without a default. */
const needed = (what: string) => v.pipe(v.optional(v.string(), ''), v.nonEmpty(`is missing: ${what}`));

const wholeNumber = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.transform(Number),
    v.check(
      (number) => Number.isInteger(number) && number >= least && number <= most,
      `must be a whole number from ${least} to ${most}`,
    ),
  );

const oneOf = <const T extends readonly string[]>(choices: T) =>
  v.picklist(choices, `must be one of ${choices.join(', ')}`);

const ISSUER = v.pipe(
  needed('"production", "stage" or the issuer\'s URL'),
  v.check(
    (value) => value === 'production' || value === 'stage' || secureUrl(value)?.search === '',
    'must be "production", "stage", or an https URL (http only on this machine)',
  ),
  v.transform((value): Pick<CompanionSettings, 'issuer' | 'endpoints'> => {
    if (value !== 'production' && value !== 'stage') return { issuer: withoutSlash(value) };
    const endpoints = knownEndpoints(value);
    return { issuer: endpoints.issuer, endpoints };
  }),
);

const CLIENTS = v.pipe(
  needed('a JSON list, as in .env.example'),
  clientList,
  v.check(
    (clients) => !clients.some(({ clientId }) => EXAMPLE_CLIENTS.includes(clientId)),
    'has a client id of .env.example: use those Mozilla gave you',
  ),
);

const DATABASE_URL = v.pipe(
  v.string(),
  v.regex(/^postgres(?:ql)?:\/\//, 'must begin with postgres://'),
  v.excludes('#', 'contains a #: in a password, write it as %23'),
  v.check(
    (value) => urlsOf(value).every((url) => URL.canParse(url)),
    'cannot be read: write special characters of the password as %XX (/ as %2F, @ as %40, : as %3A)',
  ),
  v.excludes('//companion:password@', 'is the one of .env.example: set your own'),
  v.check(
    (value) => !UNUSABLE_SESSIONS.includes(sessionAttributes(value) ?? ''),
    'selects read-only servers: target_session_attrs must be read-write, primary or any',
  ),
);

const ENVIRONMENT = v.object({
  FXA_ISSUER: ISSUER,
  COMPANION_CLIENTS: CLIENTS,
  COMPANION_WEB: v.optional(webClientList),
  COMPANION_SECRET: v.optional(hexBytes),
  COMPANION_SECRETS: v.optional(secretList),
  DATABASE_URL: v.optional(DATABASE_URL),
  COMPANION_DATA: v.optional(v.string()),
  HOST: needed('the address to listen on, such as 127.0.0.1 or 0.0.0.0'),
  PORT: v.pipe(needed('the port to listen on'), wholeNumber(0, 65_535)),
  COMPANION_EXTENSION_IDS: v.pipe(
    v.optional(v.string(), ''),
    v.transform((value) => value.split(/[\s,]+/).filter((id) => id !== '')),
    v.everyItem((id) => /^[a-p]{32}$/.test(id), 'must list ids of 32 letters from a to p'),
  ),
  COMPANION_TOKEN_CHECK: v.optional(oneOf(['introspect', 'verify']), 'introspect'),
  COMPANION_REALM: v.optional(v.string(), 'companion'),
  COMPANION_CACHE_TTL: v.optional(wholeNumber(0, 300)),
  COMPANION_TRUSTED_PROXIES: v.optional(wholeNumber(0, 10), '0'),
  COMPANION_OPERATOR_PASSWORD: v.optional(passwords),
  LOG_LEVEL: v.optional(oneOf(LOG_LEVELS), 'info'),
  COMPANION_KEEP_ALIVE: v.optional(wholeNumber(1, 3600), String(KEEP_ALIVE)),
  COMPANION_DRAIN: v.optional(wholeNumber(0, 300), String(DRAIN)),
  COMPANION_SQS_URL: v.optional(queueUrl),
  AWS_REGION: v.optional(region),
  COMPANION_EXPECT_EVENTS_EVERY: v.optional(expectedEvents),
});

/** Whether a variable is a setting, or the secret of a web client. */
export function isSettingName(name: string): boolean {
  return name in ENVIRONMENT.entries || name.startsWith(secretVariable(''));
}

/** The defaults of all settings, as the environment would give them; undefined where there is none. */
export const SETTING_DEFAULTS: Readonly<Record<string, unknown>> = v.getDefaults(ENVIRONMENT);

/** Reads the settings for production, or throws ConfigError with all faults; nothing that matters has a default. */
export function readSettings(variables: Variables): CompanionSettings {
  // An empty variable counts as unset.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const { success, output, issues = [] } = v.safeParse(ENVIRONMENT, given, { abortPipeEarly: true });
  const faults = issues.map(({ path, message }) => {
    const [name, client] = (path ?? []).map(({ key }) => key);
    const where = typeof client === 'number' ? `has an error in client ${client + 1}: ` : '';
    return `${String(name)} ${where}${message}.`;
  });
  faults.push(...secretFaults(given), ...queueFaults(given));
  if ('DATABASE_URL' in given === 'COMPANION_DATA' in given) {
    faults.push(
      'Set either DATABASE_URL (a PostgreSQL server) or COMPANION_DATA (a folder for the embedded database).',
    );
  }
  if (!success) throw new ConfigError(faults);
  const clients = output.COMPANION_CLIENTS;
  const web = webClients(output.COMPANION_WEB ?? [], clients, given, faults);
  const names = ['', ...clients.map(({ name }) => name)];
  for (const name of output.COMPANION_EXPECT_EVENTS_EVERY?.keys() ?? [])
    if (!names.includes(name))
      faults.push(`COMPANION_EXPECT_EVENTS_EVERY names ${name}, which is not in COMPANION_CLIENTS.`);
  const [secret = output.COMPANION_SECRET, formerSecret] = output.COMPANION_SECRETS ?? [];
  if (faults.length > 0 || secret === undefined) throw new ConfigError(faults);
  return {
    ...output.FXA_ISSUER,
    clients,
    web,
    secret,
    formerSecret,
    databaseUrl: output.DATABASE_URL,
    dataDir: output.COMPANION_DATA,
    host: output.HOST,
    port: output.PORT,
    extensionIds: output.COMPANION_EXTENSION_IDS,
    tokenCheck: output.COMPANION_TOKEN_CHECK,
    realm: output.COMPANION_REALM,
    cacheTtl: output.COMPANION_CACHE_TTL,
    trustedProxies: output.COMPANION_TRUSTED_PROXIES,
    operatorPassword: output.COMPANION_OPERATOR_PASSWORD,
    logLevel: output.LOG_LEVEL,
    keepAlive: output.COMPANION_KEEP_ALIVE,
    drain: output.COMPANION_DRAIN,
    queue: queueSettings(output.COMPANION_SQS_URL, output.AWS_REGION),
    expectedEvents: output.COMPANION_EXPECT_EVENTS_EVERY,
  };
}
