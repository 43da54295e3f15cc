/** The response headers of each server: CORS, security, cache and clock. */
import type { EraRules } from '../era.ts';
import type { Problem, Rendered } from '../problems.ts';
import type { ApiRole } from '../routing.ts';
import { renderAuthProblem } from './auth-errors.ts';
import { renderOAuthProblem } from './oauth-errors.ts';
import { renderProfileProblem } from './profile-errors.ts';

export interface ApiStyle {
  readonly render: (problem: Problem) => Rendered;
  /** `echo` returns the Origin, with `Vary`; `star` always returns `*`. */
  readonly cors: 'echo' | 'star';
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: string;
  /** Whether exposed headers are listed even without an Origin. */
  readonly exposesWithoutOrigin: boolean;
  readonly cacheControl: string;
  /** Cache header of preflights and 404 responses. */
  readonly cacheControlOffRoute: string;
  readonly corsOffRoute: boolean;
  readonly strictTransport: string;
  readonly downloadOptions: boolean;
  /** Whether every response has `Timestamp` (seconds). */
  readonly timestamp: boolean;
  /** JSON bodies of at least this many bytes vary by `accept-encoding`; 0: all responses do. */
  readonly compressedFrom: number;
}

const NO_STORE = 'private, no-cache, no-store, must-revalidate';
const HEADERS = ['Accept', 'Authorization', 'Content-Type', 'If-None-Match'];
const EXPOSED = 'WWW-Authenticate,Server-Authorization';
const EXPOSED_DEFAULT = `${EXPOSED},Timestamp,Accept-Language`;

/** The style of a server in an era. FxA: CORS never allows credentials. */
export function styleOf(rules: EraRules, role: ApiRole): ApiStyle {
  const today = rules.era === 'today';
  const common = {
    allowedHeaders: HEADERS,
    strictTransport: today ? 'max-age=31536000; includeSubDomains' : 'max-age=15552000; includeSubDomains',
    compressedFrom: 1024,
    exposesWithoutOrigin: true,
    corsOffRoute: true,
    downloadOptions: false,
  };
  switch (role) {
    case 'oauth':
      return {
        ...common,
        render: (problem) => renderOAuthProblem(rules, problem),
        cors: today ? 'star' : 'echo',
        exposedHeaders: EXPOSED,
        cacheControl: NO_STORE,
        cacheControlOffRoute: NO_STORE,
        timestamp: today,
      };
    case 'auth':
      return {
        ...common,
        render: (problem) => renderAuthProblem(rules, problem),
        cors: today ? 'star' : 'echo',
        allowedHeaders: today ? [...HEADERS, 'sentry-trace', 'baggage'] : HEADERS,
        exposedHeaders: EXPOSED_DEFAULT,
        cacheControl: 'no-cache',
        cacheControlOffRoute: 'no-cache',
        downloadOptions: true,
        timestamp: true,
      };
    case 'profile':
      return {
        ...common,
        render: renderProfileProblem,
        cors: 'echo',
        allowedHeaders: today ? [...HEADERS, 'sentry-trace', 'baggage'] : HEADERS,
        exposedHeaders: today ? EXPOSED_DEFAULT : EXPOSED,
        exposesWithoutOrigin: false,
        cacheControl: NO_STORE,
        cacheControlOffRoute: 'no-cache',
        corsOffRoute: false,
        timestamp: false,
        compressedFrom: today ? 1024 : 0,
      };
  }
}
