// An operator's first hour by docs/operate.md alone: its SQL, its settings and its commands are taken from there and run.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildCompanion } from '../../../scripts/build/companion.ts';
import { freePort } from '../../../scripts/machine/free-port.mjs';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { ensurePrometheus } from '../../../scripts/machine/prometheus.mjs';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { whenOutOfTime } from '../../harness/test-signal.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { accessToken, ADA, launched, PASSWORD, uidOf, type ChildCompanion } from '../harness.ts';
import { certificateIn, startTlsProxy, type TlsProxy } from './certificate.ts';
import { block, mention, settings } from './manual.ts';

const PATIENCE_MS = 900_000;
const SLOW = { timeout: 180_000 };
const DATABASE_PASSWORD = 'a5'.repeat(32);
const OLD_SECRET = '5e'.repeat(32);
const NEW_SECRET = '7a'.repeat(32);

const queries = [...readFileSync('ops/dashboard.json', 'utf8').matchAll(/"expr": (".*")/g)].map(
  ([, text = '']) => JSON.parse(text) as string,
);

let server: RunningPostgres;
let mock: RunningMockServer;
let folder: string;
let main: string;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  server = await startPostgres();
  mock = await startMockServer({ era: 'today' });
  folder = mkdtempSync(join(tmpdir(), 'companion-operator-'));
  // Beside the packages, as step 4 says.
  main = await buildCompanion(`${process.cwd()}/node_modules/.cache/companion-operator-${process.pid}`);
}, PATIENCE_MS);
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(async () => {
  for (const path of [folder, join(main, '..')]) rmSync(path, { recursive: true, force: true });
  await mock.stop();
  await server.stop();
}, PATIENCE_MS);

const common = () => ({
  FXA_ISSUER: mock.origin,
  COMPANION_CLIENTS: JSON.stringify([CLIENT]),
  COMPANION_SECRET: OLD_SECRET,
  COMPANION_OPERATOR_PASSWORD: PASSWORD,
  COMPANION_TRUSTED_PROXIES: '1',
  COMPANION_EXPECT_EVENTS_EVERY: '6h',
  COMPANION_DRAIN: '0',
});

async function start(env: string): Promise<ChildCompanion> {
  const child = launched([`--env-file=${env}`, main], { PATH: process.env.PATH });
  ends.push(() => child.kill9());
  await child.listening;
  return child;
}

/** Runs a command of the built companion; rejects with what it wrote when it fails. */
const command = async (env: string, ...args: string[]) => {
  const inEnv = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
  const run = promisify(execFile)(process.execPath, [`--env-file=${env}`, main, ...args], { env: inEnv });
  const failed = (error: unknown) => Promise.reject(new Error((error as { stdout: string }).stdout));
  return (await run.catch(failed)).stdout;
};

async function behindTls(port: number): Promise<TlsProxy> {
  const proxy = await startTlsProxy(certificateIn(folder, 'IP:127.0.0.1'), port);
  ends.push(proxy.stop);
  return proxy;
}

async function session(proxy: TlsProxy): Promise<string> {
  const authorization = `Bearer ${await accessToken(mock)}`;
  const { status, text } = await proxy.ask('/v1/sessions', 'POST', { authorization });
  expect(status).toBe(201);
  return (JSON.parse(text) as { session: string }).session;
}
const statusOf = async (proxy: TlsProxy, bearer: string) =>
  (await proxy.ask('/v1/session', 'GET', { authorization: `Bearer ${bearer}` })).status;

const shell = (script: string, env: Readonly<Record<string, string>>) =>
  execFileSync('sh', ['-ec', script], { cwd: folder, env: { PATH: process.env.PATH, ...env } });

describe('on PostgreSQL behind TLS', () => {
  const asSuperuser = async (statements: string) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    // "create database" must be alone.
    for (const statement of statements.split(';')) if (statement.trim() !== '') await client.query(statement);
    await client.end();
  };
  const createDatabase = (parts: RegExp) => {
    const sql = block('create role companion').replace("'password'", `'${DATABASE_PASSWORD}'`);
    const lines = sql.split('\n').filter((line) => parts.test(line));
    return asSuperuser(lines.join('\n'));
  };

  /** The manual's scrape configuration and rules, for this proxy. */
  async function prometheus(proxy: TlsProxy): Promise<string> {
    writeFileSync(join(folder, 'password'), PASSWORD);
    const documented = block('scrape_configs:')
      .replace('companion.example', proxy.host)
      .replace('/etc/prometheus/companion', join(folder, 'password'))
      .replace('alerts.yml', join(process.cwd(), 'ops/alerts.yml'))
      .replace(
        '    scheme: https\n',
        `    scheme: https\n    tls_config: { ca_file: ${join(folder, 'cert.pem')} }\n`,
      );
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, `global: { scrape_interval: 1s, evaluation_interval: 1s }\n${documented}`);
    const port = await freePort();
    const child = spawn(
      ensurePrometheus('prometheus'),
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const forget = whenOutOfTime(() => child.kill('SIGKILL'));
    ends.push(() => {
      forget();
      child.kill('SIGKILL');
      return exit;
    });
    return `http://127.0.0.1:${port}/api/v1`;
  }
  interface Answer {
    readonly status: string;
    readonly data: { readonly result?: unknown[]; readonly groups?: { rules: { health: string }[] }[] };
  }
  const api = (url: string) =>
    fetch(url).then(
      (answer) => answer.json() as Promise<Answer>,
      () => undefined,
    );

  it(
    'the manual leads from nothing to alarms, a restored backup, a new secret, and a person erased',
    async () => {
      await createDatabase(/./);
      const port = await freePort();
      const url = Object.assign(new URL(server.url), {
        username: 'companion',
        password: DATABASE_PASSWORD,
        pathname: '/companion',
      }).href;
      const base = { ...common(), DATABASE_URL: url, PORT: String(port) };
      const env = settings(folder, base);
      const proxy = await behindTls(port);
      expect(await command(env, 'check')).not.toContain('FAIL');
      const child = await start(env);
      expect((await proxy.ask('/__heartbeat__')).text).toContain('"status":"ok"');

      const [, ...test] = mention(/`(send-test-event --to \S+)`/)
        .replace('companion.example', proxy.host)
        .split(' ');
      expect(await command(env, 'send-test-event', ...test)).toContain('answered 401');

      const first = await session(proxy);
      const wish = { client: CLIENT.clientId, email: ADA, event: 'profile-change', print: true };
      const printed = await fetch(`${mock.origin}/__standin/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wish),
      });
      const { sets = [] } = (await printed.json()) as { sets?: string[] };
      const delivered = await proxy.ask('/webhooks/fxa', 'POST', { authorization: `Bearer ${sets[0]}` });
      expect(delivered.status).toBe(200);
      const operator = { authorization: `Basic ${btoa(`operator:${PASSWORD}`)}` };
      expect((await proxy.ask('/status', 'GET', operator)).text).toContain('All is well');

      const monitor = await prometheus(proxy);
      const ask = (query: string) => api(`${monitor}/query?query=${encodeURIComponent(query)}`);
      const count = async (query: string) => (await ask(query))?.data.result?.length ?? 0;
      await expect.poll(() => count('companion_last_event_age_seconds{client="test"} < 3600'), SLOW).toBe(1);
      for (const query of queries) expect([query, (await ask(query))?.status]).toEqual([query, 'success']);
      await expect
        .poll(async () => {
          const groups = (await api(`${monitor}/rules`))?.data.groups ?? [];
          return new Set(groups.flatMap(({ rules }) => rules.map(({ health }) => health)));
        }, SLOW)
        .toEqual(new Set(['ok']));
      expect(await count('ALERTS{alertstate="firing"}')).toBe(0);

      shell(block('pg_dump'), { DATABASE_URL: url });
      const later = await session(proxy);
      expect(await child.stop()).toBe(0);
      await expect.poll(() => count('ALERTS{alertname="CompanionDown"}'), SLOW).toBe(1);
      await asSuperuser('drop database companion');
      await createDatabase(/database/);
      shell(block('pg_restore'), { DATABASE_URL: url });
      const restored = await start(env);
      expect([await statusOf(proxy, first), await statusOf(proxy, later)]).toEqual([200, 401]);
      expect((await proxy.ask('/status', 'GET', operator)).text).toContain('profile changed');

      expect(await restored.stop()).toBe(0);
      const secrets = { ...base, COMPANION_SECRET: '' };
      const both = settings(folder, { ...secrets, COMPANION_SECRETS: `${NEW_SECRET},${OLD_SECRET}` });
      const rotating = await start(both);
      expect(await command(both, 'status')).toContain('1 account still under the old secret');
      // The poll shows the uid, by which the account moves.
      expect(await statusOf(proxy, first)).toBe(200);
      expect(await command(both, 'status')).toContain('No account is under the old secret');
      expect(await rotating.stop()).toBe(0);
      const replaced = settings(folder, { ...secrets, COMPANION_SECRETS: NEW_SECRET });
      await start(replaced);
      expect(await statusOf(proxy, first)).toBe(200);

      expect(await command(replaced, 'erase', uidOf(mock))).toContain('"sessions": 1');
      expect(await statusOf(proxy, first)).toBe(401);
    },
    PATIENCE_MS,
  );
});

it(
  'an embedded database is backed up and restored by the commands of the manual',
  async () => {
    const port = await freePort();
    const data = join(folder, 'data');
    const env = settings(folder, { ...common(), DATABASE_URL: '', COMPANION_DATA: data, PORT: String(port) });
    const proxy = await behindTls(port);
    let child = await start(env);
    const first = await session(proxy);
    expect(await child.stop()).toBe(0);
    const copy = block('cp --archive');
    shell(copy, { COMPANION_DATA: data });
    child = await start(env);
    const later = await session(proxy);
    expect(await child.stop()).toBe(0);
    rmSync(data, { recursive: true });
    execFileSync('cp', ['--archive', join(folder, 'companion.backup'), data]);
    await start(env);
    expect([await statusOf(proxy, first), await statusOf(proxy, later)]).toEqual([200, 401]);
  },
  PATIENCE_MS,
);
