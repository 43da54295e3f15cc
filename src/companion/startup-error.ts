// Explains in one sentence why the companion didn't start, naming the setting at fault.
import { isFxaError } from '../fxa/errors.ts';
import type { CompanionSettings } from './config.ts';

type NamedSettings = Pick<CompanionSettings, 'issuer' | 'host' | 'port' | 'dataDir' | 'databaseUrl'>;

/** Returns the sentence, or the error's own message. DATABASE_URL is never repeated, because it holds a password. */
export function startupError(
  error: unknown,
  { issuer, host, port, dataDir, databaseUrl }: NamedSettings,
): string {
  const { code, message, syscall, path } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (isFxaError(error))
    return `FXA_ISSUER: Mozilla accounts does not answer at ${issuer} (${error.message}).`;
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE') return `Port ${port} is in use: end what runs there, or choose another PORT.`;
    return `HOST: cannot listen at ${host}, port ${port} (${code ?? 'no reason given'}).`;
  }
  if (databaseUrl !== undefined) {
    const why = databaseError(error, databaseUrl);
    if (why !== undefined) return `DATABASE_URL: ${why}`;
  }
  if (dataDir !== undefined && path?.startsWith(dataDir)) {
    return `COMPANION_DATA: ${dataDir} cannot be used as a folder (${code ?? 'no reason given'}).`;
  }
  return message ?? 'unknown error';
}

/** Node's codes for an unreachable server; errors that cover several addresses of one host have no `syscall`. */
const UNREACHABLE = /^(?:ECONN|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE)/;
/** Certificate errors of Node and OpenSSL. */
const BAD_CERTIFICATE = /CERT|^UNABLE_TO_VERIFY/;
/** Messages of pg that come without a code. */
const DRIVER =
  /^(?:Connection terminated|timeout exceeded|SASL|SCRAM|The server does not support SSL|There was an error establishing an SSL)/;

/** Undefined when the error is not about the database server. */
function databaseError(error: unknown, databaseUrl: string): string | undefined {
  const { code, message = '', path, cause } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (code === 'database_away') {
    return databaseError(cause, databaseUrl) ?? `the server cannot be used (${message}).`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return `the server's certificate is for another name (${code}). Write the host by a name in the certificate, not by its address.`;
  }
  if (code !== undefined && BAD_CERTIFICATE.test(code)) {
    return `the server's certificate is not trusted (${code}). Give its authority: sslmode=verify-full&sslrootcert=/path/ca.crt`;
  }
  if (path !== undefined && decodeURIComponent(databaseUrl).includes(path)) {
    return `its file ${path} cannot be read (${code ?? 'no reason given'}).`;
  }
  if (code !== undefined && (UNREACHABLE.test(code) || /^[0-9A-Z]{5}$/.test(code))) {
    return `the server cannot be used (${code}).${adviceFor(code, message)}`;
  }
  return DRIVER.test(message) ? `the server cannot be used: ${message}.` : undefined;
}

const CHANGED = " The companion's tables have been changed@: use a separate database for it.";
/** Advice by PostgreSQL's code; `@` stands for what the message names. */
const ADVICE: Readonly<Record<string, string>> = {
  '42501':
    ' A right is missing@: the role of DATABASE_URL must own the schemas companion and graphile_worker and all in them.',
  '42P07': CHANGED,
  '42703': CHANGED,
  '42P01': CHANGED,
  '42883': CHANGED,
  '42710': CHANGED,
  '42P06': CHANGED,
  '28P01': ' The password is wrong: special characters in it are written as %XX (# as %23).',
  '28000':
    ' It refuses this role from this host: see pg_hba.conf, and set sslmode=verify-full if it requires encryption.',
  '3D000': ' The database does not exist@: create it first.',
  '25006': ' It accepts no writes: name the primary, or all hosts of the cluster.',
};

/** Names of tables and columns are ours, and reveal no data. */
const NAMED =
  /(?:relation|table|schema|column|database|function|type) "?([a-z_.]{1,60})"?(?: of relation "[a-z_.]{1,60}")?/i;

function adviceFor(code: string, message: string): string {
  const named = NAMED.exec(message)?.[0];
  return (ADVICE[code] ?? '').replace('@', named === undefined ? '' : ` (${named})`);
}
