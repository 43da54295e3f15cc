/** The response headers of each server: CORS, security, cache and clock. */
import type { EraRules } from '../era.ts';
import type { Problem, Rendered } from '../problems.ts';
import type { ApiRole } from '../routing.ts';
import { renderAuthProblem } from './auth-errors.ts';
import { renderOAuthProblem } from './oauth-errors.ts';
import { renderProfileProblem } from './profile-errors.ts';

export interface ApiStyle {
  readonly render: (problem: Problem) => Rendered;
  /** Whether a crash is answered in the framework's own words. */
  readonly bareCrash: boolean;
  /** `echo` returns the Origin, with `Vary`; `star` always returns `*`. */
  readonly cors: 'echo' | 'star';
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: string;
  /** Whether exposed headers are listed even without an Origin. */
  readonly exposesWithoutOrigin: boolean;
  readonly signsAnswers: boolean;
  readonly preflightStatus: 200 | 204;
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
export const EXPOSED_DEFAULT = `${EXPOSED},Timestamp,Accept-Language`;

/** The style of a server in an era. FxA: CORS never allows credentials. */
export function styleOf(rules: EraRules, role: ApiRole): ApiStyle {
  const today = rules.monorepo;
  const common = {
    allowedHeaders: HEADERS,
    preflightStatus: role === 'profile' && today ? 204 : rules.preflightStatus,
    strictTransport: today ? 'max-age=31536000; includeSubDomains' : 'max-age=15552000; includeSubDomains',
    compressedFrom: 1024,
    bareCrash: !today,
    signsAnswers: today,
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
        allowedHeaders: [...HEADERS, ...rules.tracingHeaders],
        exposedHeaders: today ? EXPOSED_DEFAULT : EXPOSED,
        cacheControl: today ? 'no-cache' : NO_STORE,
        cacheControlOffRoute: today ? 'no-cache' : NO_STORE,
        downloadOptions: today,
        timestamp: today,
      };
    case 'auth':
      return {
        ...common,
        render: (problem) => renderAuthProblem(rules, problem),
        cors: today ? 'star' : 'echo',
        allowedHeaders: [...HEADERS, ...rules.tracingHeaders],
        exposedHeaders: EXPOSED_DEFAULT,
        cacheControl: 'no-cache',
        cacheControlOffRoute: 'no-cache',
        downloadOptions: true,
        timestamp: true,
      };
    case 'profile':
      return {
        ...common,
        render: (problem) => renderProfileProblem(rules, problem),
        cors: 'echo',
        exposedHeaders: today ? EXPOSED_DEFAULT : EXPOSED,
        exposesWithoutOrigin: today,
        cacheControl: NO_STORE,
        cacheControlOffRoute: 'no-cache',
        corsOffRoute: today,
        timestamp: false,
        compressedFrom: today ? 1024 : 0,
      };
  }
}
