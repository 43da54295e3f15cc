// Companions as deployed: listening in this process, or built and run as processes that can be killed; and requests to
// them.
import { spawn, type StdioOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { buildCompanion } from '../../scripts/build/companion.ts';
import { startCompanion, type CompanionOptions, type RunningCompanion } from '../../src/companion/start.ts';
import type { CompanionSettings } from '../../src/companion/config.ts';
import type { Database } from '../../src/companion/db/database.ts';
import { createLog } from '../../src/companion/operations/log.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import type { RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { drive, type CodeOptions } from '../../src/mock-accounts/testing/drive.ts';
import { whenOutOfTime } from '../harness/test-signal.ts';
import { openEmbedded } from './db/embedded.ts';
import { CLIENT, OTHER_CLIENT, SECRET } from './fakes/mock-and-companion.ts';

export const PASSWORD = 'correct horse battery staple';
export const ADA = 'ada@example.com';

export interface Where {
  readonly database?: Database;
  readonly databaseUrl?: string;
  readonly dataDir?: string;
}

export interface Launch {
  /** Additional or overriding environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** File descriptor for its log. Default: its log is part of `output`. */
  readonly stdout?: number;
}

interface Logged {
  readonly lines?: string[];
}

type Timing = Pick<CompanionOptions, 'redo' | 'pause' | 'now'>;
type Issuer = Pick<RunningMockServer, 'origin'>;

/** Starts a companion in this process; everything it logs, at debug, is pushed to `lines`. */
export async function startInProcess(
  { origin }: Issuer,
  { database: given, ...where }: Where,
  { lines = [], redo, pause, now, ...more }: Partial<CompanionSettings> & Logged & Timing = {},
): Promise<RunningCompanion> {
  const settings: CompanionSettings = {
    issuer: origin,
    clients: [CLIENT, OTHER_CLIENT],
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    extensionIds: ['abcdefghijklmnopabcdefghijklmnop'],
    tokenCheck: 'introspect',
    realm: 'companion',
    trustedProxies: 0,
    operatorPassword: PASSWORD,
    logLevel: 'debug',
    ...where,
    ...more,
  };
  const out = { write: (line: string) => void lines.push(line) };
  const log = createLog({ format: 'mozlog', level: 'debug', out });
  const version = { source: '', version: '1.2.3', commit: '', build: '' };
  const isElsewhere = where.databaseUrl !== undefined || where.dataDir !== undefined;
  const database = given ?? (isElsewhere ? undefined : await openEmbedded());
  const timing = { ...(redo && { redo }), ...(pause && { pause }), ...(now && { now }) };
  const running = await startCompanion({ settings, log, version, ...(database && { database }), ...timing });
  if (given) return running;
  return {
    ...running,
    stop: async () => {
      await running.stop();
      await database?.close();
    },
  };
}

export interface ChildCompanion {
  readonly pid: number;
  /** Resolves with its origin; rejects with its output when it exits before listening. */
  readonly listening: Promise<string>;
  /** Resolves with its exit code when it has ended, for whatever reason. */
  readonly exited: Promise<number | null>;
  /** Everything it has written. */
  readonly output: () => string;
  /** Closes the reading end of its stdout. */
  closeStdout(): void;
  kill9(): Promise<void>;
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Builds the production entry, `main`; `start` runs it as a process. */
export async function builtCompanion() {
  // Inside the repository, so that it finds its packages.
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(`${cache}companion-`);
  const main = await buildCompanion(folder);
  return {
    main,
    start: (issuer: Issuer, where: Where, node: readonly string[] = [], { env, stdout }: Launch = {}) =>
      launched([...node, main], { ...environment(issuer, where), ...env }, stdout),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export type BuiltCompanion = Awaited<ReturnType<typeof builtCompanion>>;

export function environment({ origin }: Issuer, { databaseUrl, dataDir }: Where): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    FXA_ISSUER: origin,
    COMPANION_CLIENTS: JSON.stringify([CLIENT, OTHER_CLIENT]),
    COMPANION_SECRET: Buffer.from(SECRET).toString('hex'),
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'warn',
    COMPANION_DRAIN: '0',
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(dataDir !== undefined && { COMPANION_DATA: dataDir }),
  };
}

export function launched(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdout: number | 'pipe' = 'pipe',
): ChildCompanion {
  const stdio: StdioOptions = ['ignore', stdout, 'pipe'];
  const child = spawn(process.execPath, args, { env, stdio });
  let output = '';
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const listening = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (more: string) => {
        output += more;
        const origin = /^companion: (http:\S+)$/m.exec(output)?.[1];
        if (origin !== undefined) resolve(origin);
      });
    }
    void exit.then(() => reject(new Error(`It ended before it listened, and said:\n${output}`)));
  });
  // Tests that kill it during startup don't await this.
  listening.catch(() => undefined);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exit;
  };
  const forget = whenOutOfTime(() => end('SIGKILL'));
  void exit.then(forget);
  return {
    pid: child.pid ?? 0,
    listening,
    exited: exit,
    output: () => output,
    closeStdout: () => child.stdout?.destroy(),
    kill9: () => end('SIGKILL').then(() => undefined),
    stop: () => end('SIGTERM'),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Asking {
  readonly bearer?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request; redirects are not followed. */
export async function ask(url: string, method = 'GET', asking: Asking = {}): Promise<Answer> {
  const { bearer, body, headers: more } = asking;
  const headers = {
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...more,
  };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(url, { method, headers, redirect: 'manual', ...init });
  const output = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text: output,
    body: isJson && output !== '' ? (JSON.parse(output) as Answer['body']) : {},
  };
}

/** A faster `ask` for many requests: the status, or undefined without a response. */
export function quickly(agent: Agent, url: string, headers: OutgoingHttpHeaders, body = '') {
  return new Promise<number | undefined>((resolve) => {
    const length = Buffer.byteLength(body);
    const all = { ...headers, 'content-length': length };
    const asked = request(url, { method: 'POST', agent, headers: all, timeout: 15_000 }, (answer) => {
      text(answer).then(
        () => resolve(answer.statusCode),
        () => resolve(undefined),
      );
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => resolve(undefined)).end(body);
  });
}

/** Delivers a SET as the broker does. */
export const deliver = (agent: Agent, origin: string, set: string) =>
  quickly(agent, origin + WEBHOOK_PATH, {
    authorization: `Bearer ${set}`,
    'content-type': 'application/x-www-form-urlencoded',
  });

/** An access token of an account, with the narrow scope the extension requests. */
export async function accessToken(mock: RunningMockServer, wish: CodeOptions = {}): Promise<string> {
  const { access_token: token } = await drive(mock).tokens({ scope: CLIENT.scope, ...wish });
  return String(token);
}

/** Creates a companion session. */
export async function createSession(
  mock: RunningMockServer,
  origin: string,
  wish: CodeOptions = {},
): Promise<string> {
  const { status, body } = await ask(`${origin}/v1/sessions`, 'POST', {
    bearer: await accessToken(mock, wish),
  });
  if (status !== 201) throw new Error(`No session: ${status}`);
  return String(body.session);
}

/** Creates a live grant of an account; returns its id. */
export function grant(mock: RunningMockServer, uid: string): string {
  const { clientId, scope } = CLIENT;
  return mock.store.tokens.addRefreshToken({ clientId, uid, scope }).item.id;
}

export function uidOf(mock: RunningMockServer, email = ADA): string {
  return mock.store.accounts.byEmail(email)?.uid ?? '';
}
