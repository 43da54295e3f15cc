// Which server a tester has chosen in place of the build's own: how the choice is judged, and what it makes of the build.
import { knownEndpoints } from '../fxa/environments.ts';
import { parameterFault } from '../fxa/parameters.ts';
import { secureUrl } from '../fxa/secure-url.ts';
import type { BuildConfig } from './config.ts';

/** A Mozilla accounts, the extension's name there, and a companion. Origins without a trailing slash. */
export interface ServerConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: without one. */
  readonly companion?: string;
}

/** What the options page shows of the build; vite.config.ts puts it in. */
export interface Servers {
  readonly builtIn: ServerConfig;
  /** By the key of their name. Empty in production: there is nothing to choose. */
  readonly presets: Readonly<Partial<Record<'stage' | 'standin', ServerConfig>>>;
}

/** In `storage.local`, where somebody has chosen. */
export const SERVER = 'server';

/** Seconds between two questions to a companion the build knows nothing of: testers look on. */
const COMPANION_EVERY = 60;

/**
 * The choice in what was stored or sent, with nothing else in it. Undefined unless issuer and companion are origins that
 * the content security policy can name, and the client id is one. Pure.
 */
export function parseServerConfig(value: unknown): ServerConfig | undefined {
  const { issuer, clientId, companion } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!isOrigin(issuer) || typeof clientId !== 'string') return undefined;
  if (companion !== undefined && !isOrigin(companion)) return undefined;
  if (parameterFault('client_id', clientId) !== undefined) return undefined;
  return { issuer, clientId, ...(companion !== undefined && { companion }) };
}

/**
 * The build as it is with the server that is stored as chosen, and as it was made where that is none. What the build knows
 * of that server already stays. Production has no choice. Pure.
 */
export function applyServer(build: BuildConfig, stored: unknown): BuildConfig {
  const choice = build.environment === 'production' ? undefined : parseServerConfig(stored);
  if (!choice) return build;
  const { endpoints, companion, returnPage, ...rest } = build;
  const { issuer, clientId } = choice;
  const same = issuer === build.issuer && clientId === build.clientId;
  const every = companion?.every ?? COMPANION_EVERY;
  return {
    ...rest,
    issuer,
    clientId,
    ...(issuer === build.issuer ? endpoints && { endpoints } : knownServer(issuer)),
    ...(choice.companion !== undefined && { companion: { origin: choice.companion, every } }),
    // It is registered with the client.
    ...(same && returnPage !== undefined && { returnPage }),
  };
}

function knownServer(issuer: string): Pick<BuildConfig, 'environment' | 'endpoints'> {
  for (const environment of ['production', 'stage'] as const) {
    const endpoints = knownEndpoints(environment);
    if (endpoints.issuer === issuer) return { environment, endpoints };
  }
  return { environment: 'custom' };
}

/** https, or http on this machine by its usual names. */
function isOrigin(value: unknown): value is string {
  const url = secureUrl(value);
  if (url?.origin !== value) return false;
  return url?.protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(url?.hostname ?? '');
}
