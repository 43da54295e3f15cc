// Why a companion does not start, in a sentence that names the setting at fault.
import { isFxaError } from '../fxa/errors.ts';
import type { CompanionSettings } from './config.ts';

type Named = Pick<CompanionSettings, 'issuer' | 'host' | 'port' | 'dataDir' | 'databaseUrl'>;

/** The sentence; that of the error itself where it says enough. Nothing of DATABASE_URL is repeated: it holds a password. */
export function whyNotStarted(error: unknown, { issuer, host, port, dataDir, databaseUrl }: Named): string {
  const { code, message, syscall, path } = Object(error) as Partial<NodeJS.ErrnoException>;
  if (isFxaError(error))
    return `FXA_ISSUER: Mozilla accounts does not answer at ${issuer} (${error.message}).`;
  if (syscall === 'listen') {
    if (code === 'EADDRINUSE') return `Port ${port} is in use: end what runs there, or choose another PORT.`;
    return `HOST: nobody can listen at ${host}, port ${port} (${code ?? 'no reason given'}).`;
  }
  if (
    databaseUrl !== undefined &&
    (syscall === 'connect' || syscall === 'getaddrinfo' || /^\d/.test(code ?? ''))
  ) {
    return `DATABASE_URL: the server cannot be used (${code ?? 'no reason given'}).${adviceFor(error)}`;
  }
  if (databaseUrl !== undefined && code?.includes('CERT')) {
    return `DATABASE_URL: the server's certificate is not trusted (${code}). Give its authority: sslmode=verify-full&sslrootcert=/path/ca.crt`;
  }
  if (dataDir !== undefined && path?.startsWith(dataDir)) {
    return `COMPANION_DATA: ${dataDir} cannot be used as a folder (${code ?? 'no reason given'}).`;
  }
  return message ?? 'unknown error';
}

/** What to do about what PostgreSQL refused. Names of tables and columns are ours, and hold no value. */
function adviceFor(error: unknown): string {
  const { code, message = '' } = Object(error) as Partial<NodeJS.ErrnoException>;
  const named = /(?:relation|table|schema|column|database|function) "?([a-z_.]{1,60})"?/i.exec(message)?.[0];
  const what = named === undefined ? '' : ` (${named})`;
  switch (code) {
    case '42501':
      return ` A right is missing${what}: the role of DATABASE_URL must own the companion's schema, or may create it.`;
    case '42P07':
    case '42703':
    case '42P01':
      return ` Tables of the companion are not as it left them${what}: give it a database of its own.`;
    case '28P01':
      return ' The password is wrong: special characters in it are written as %XX.';
    case '3D000':
      return ' There is no such database: create it first.';
    case undefined:
    default:
      return '';
  }
}
