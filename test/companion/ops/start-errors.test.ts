// Errors of a real PostgreSQL at startup: the companion exits with a sentence that names the setting and what to do.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { startupError } from '../../../src/companion/startup-error.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { startInProcess } from '../harness.ts';

const PATIENCE_MS = 300_000;
const PASSWORD = 'pa#ss/w@rd:é';

let server: RunningPostgres;
let encrypted: RunningPostgres;
let mock: RunningMockServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'companion-certificate-'));
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const asked = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', ...asked, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  server = await startPostgres({ settings: { fsync: 'off' } });
  await onServer(
    server.url,
    `create role special login password '${PASSWORD}'; create role guest login password 'guest'`,
  );
  encrypted = await startPostgres({ settings: { fsync: 'off' } });
  // The folder and key must belong to the server's user.
  const [found] = await onServer<{ data_directory: string }>(encrypted.url, 'show data_directory');
  const data = found?.data_directory ?? '';
  await onServer(
    encrypted.url,
    `copy (select unnest(string_to_array(${pg.escapeLiteral(readFileSync(key, 'utf8').trim())}, E'\\n'))) to program 'umask 077; cat > ${data}/server.key';
     copy (select unnest(string_to_array(${pg.escapeLiteral(readFileSync(certificate, 'utf8').trim())}, E'\\n'))) to program 'cat > ${data}/server.crt'`,
  );
  await onServer(encrypted.url, 'alter system set ssl = on');
  await encrypted.restart();
  mock = await startMockServer({ era: 'today' });
}, PATIENCE_MS);
afterAll(async () => {
  await mock.stop();
  await Promise.all([server.stop(), encrypted.stop()]);
  await rm(folder, { recursive: true });
}, PATIENCE_MS);

async function onServer<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

const as = (url: string, more: Partial<Pick<URL, 'username' | 'password' | 'pathname' | 'search'>>) =>
  Object.assign(new URL(url), more).href;

/** Undefined when it started. */
async function whyNot(databaseUrl: string): Promise<string | undefined> {
  try {
    const companion = await startInProcess(mock, { databaseUrl });
    await companion.stop();
    return undefined;
  } catch (error) {
    return startupError(error, { issuer: mock.origin, host: '127.0.0.1', port: 0, databaseUrl });
  }
}

async function migrated(): Promise<string> {
  const url = await freshDatabase(server.url);
  const database = await openDatabase({ url });
  await database.close();
  return url;
}

describe('a startup error of PostgreSQL', () => {
  it(
    'names the missing right on a database, schema or table',
    async () => {
      const guest = { username: 'guest', password: 'guest' };
      const fresh = await freshDatabase(server.url);
      expect(await whyNot(as(fresh, guest))).toMatch(/DATABASE_URL.*"companion".*GRANT CREATE ON DATABASE/);
      const used = await migrated();
      expect(await whyNot(as(used, guest))).toMatch(
        /^DATABASE_URL: .*\(42501\)\. A right is missing \(schema companion\)/,
      );
      await onServer(used, 'grant usage on schema companion to guest');
      expect(await whyNot(as(used, guest))).toMatch(
        /^DATABASE_URL: .*\(42501\)\. A right is missing \(table migration\)/,
      );
    },
    PATIENCE_MS,
  );

  it(
    'names a conflicting table and a missing column',
    async () => {
      const taken = await freshDatabase(server.url);
      await onServer(taken, 'create schema companion; create table companion.revocation (other text)');
      expect(await whyNot(taken)).toMatch(/^DATABASE_URL: .*\(42P07\).*\(relation "revocation"\)/);
      const used = await migrated();
      await onServer(used, 'alter table companion.client_space rename column space to elsewhere');
      expect(await whyNot(used)).toMatch(/^DATABASE_URL: .*\(42703\).*\(column "space"/);
    },
    PATIENCE_MS,
  );

  it(
    'names a wrong password and a missing database',
    async () => {
      expect(await whyNot(as(server.url, { password: 'wrong' }))).toMatch(/^DATABASE_URL: .*\(28P01\).*%23/);
      expect(await whyNot(as(server.url, { pathname: '/nowhere' }))).toMatch(
        /^DATABASE_URL: .*\(3D000\).*\(database "nowhere"\)/,
      );
      expect(await whyNot('postgres://me:secret@localhost:1/companion')).toMatch(
        /^DATABASE_URL: .*\(ECONNREFUSED\)/,
      );
      expect(await whyNot(as(server.url, { search: '?sslmode=require' }))).toMatch(/^DATABASE_URL: .*SSL/);
    },
    PATIENCE_MS,
  );

  it(
    'does not occur for a password with special characters written as %XX',
    async () => {
      const url = await freshDatabase(server.url);
      await onServer(url, `grant create on database ${new URL(url).pathname.slice(1)} to special`);
      const special = url.replace(/\/\/[^@]*@/, `//special:${encodeURIComponent(PASSWORD)}@`);
      expect(await whyNot(special)).toBeUndefined();
    },
    PATIENCE_MS,
  );
});

it(
  'names the setting for an untrusted certificate, and accepts it with its authority',
  async () => {
    const url = await freshDatabase(encrypted.url);
    expect(await whyNot(as(url, { search: '?sslmode=verify-full' }))).toMatch(
      /^DATABASE_URL: .*certificate.*DEPTH_ZERO_SELF_SIGNED_CERT.*sslrootcert=/,
    );
    const missing = join(folder, 'none.crt');
    expect(await whyNot(as(url, { search: `?sslmode=verify-full&sslrootcert=${missing}` }))).toBe(
      `DATABASE_URL: its file ${missing} cannot be read (ENOENT).`,
    );
    const search = `?sslmode=verify-full&sslrootcert=${join(folder, 'server.crt')}`;
    expect(await whyNot(as(url.replace('127.0.0.1', 'localhost'), { search }))).toBeUndefined();
    // The certificate names localhost, not its address.
    expect(await whyNot(as(url, { search }))).toMatch(/^DATABASE_URL: .*ERR_TLS_CERT_ALTNAME_INVALID/);
  },
  PATIENCE_MS,
);

it(
  'starts on the live host, wherever it is in the list',
  async () => {
    const url = await freshDatabase(server.url);
    const { host } = new URL(url);
    for (const hosts of [`127.0.0.1:1,${host}`, `${host},127.0.0.1:1`, `127.0.0.1:1,localhost:1,${host}`]) {
      expect(await whyNot(url.replace(host, hosts))).toBeUndefined();
    }
    expect(await whyNot(url.replace(host, '127.0.0.1:1,localhost:1'))).toMatch(
      /^DATABASE_URL: .*\(ECONNREFUSED\)/,
    );
  },
  PATIENCE_MS,
);
