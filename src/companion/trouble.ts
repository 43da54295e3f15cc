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
    return `DATABASE_URL: the server cannot be used (${code ?? 'no reason given'}).`;
  }
  if (dataDir !== undefined && path?.startsWith(dataDir)) {
    return `COMPANION_DATA: ${dataDir} cannot be used as a folder (${code ?? 'no reason given'}).`;
  }
  return message ?? 'unknown error';
}
