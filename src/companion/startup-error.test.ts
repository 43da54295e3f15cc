import { expect, it } from 'vitest';
import { FxaError } from '../fxa/errors.ts';
import { startupError } from './startup-error.ts';

const SETTINGS = { issuer: 'https://accounts.example', host: '10.1.2.3', port: 8000 };
const failed = (more: object) => Object.assign(new Error('as the system says it'), more);
const URL = 'postgres://me:canary@127.0.0.1/db';

it.each([
  [new FxaError('offline', 'No connection (discovery)'), {}, /^FXA_ISSUER.*https:\/\/accounts\.example/],
  [failed({ code: 'EADDRINUSE', syscall: 'listen' }), {}, /^Port 8000 is in use/],
  [failed({ code: 'EADDRNOTAVAIL', syscall: 'listen' }), {}, /^HOST.*10\.1\.2\.3/],
  [failed({ code: 'ECONNREFUSED', syscall: 'connect' }), { databaseUrl: URL }, /^DATABASE_URL.*ECONNREFUSED/],
  [failed({ code: '28P01' }), { databaseUrl: URL }, /^DATABASE_URL.*28P01/],
  [
    failed({ code: '42501', message: 'permission denied for schema companion' }),
    { databaseUrl: URL },
    /42501.*right.*schema companion/,
  ],
  [
    failed({ code: '42P07', message: 'relation "account" already exists' }),
    { databaseUrl: URL },
    /42P07.*relation "account"/,
  ],
  [
    failed({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    { databaseUrl: URL },
    /^DATABASE_URL.*certificate.*sslrootcert/,
  ],
  [
    failed({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    { databaseUrl: URL },
    /^DATABASE_URL.*another name.*by a name/,
  ],
  [failed({ code: 'ENOENT', path: '/proc/x.lock' }), { dataDir: '/proc/x' }, /^COMPANION_DATA.*\/proc\/x/],
  [failed({}), {}, /^as the system says it$/],
  [undefined, {}, /^unknown error$/],
])('names the setting at fault (%#)', (error, more, sentence) => {
  const said = startupError(error, { ...SETTINGS, ...more });
  expect(said).toMatch(sentence);
  expect(said).not.toContain('canary');
});
