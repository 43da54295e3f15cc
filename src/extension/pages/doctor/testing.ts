// For tests: a context without problems, and findings by name.
import type { BuildConfig } from '../../config.ts';
import { mockServerEndpoints } from '../../../fxa/environments.ts';
import type { Finding } from './findings.ts';
import { examine } from './examination.ts';
import type { ProbedArea, CheckContext } from './check-context.ts';

export const ORIGIN = 'https://accounts.example';
export const COMPANION = 'https://companion.example';
export const REDIRECT = 'https://abc.chromiumapp.org/';
/** Milliseconds. */
export const NOW = Date.UTC(2026, 10, 21, 12);

export const BUILD: BuildConfig = {
  environment: 'stage',
  issuer: ORIGIN,
  clientId: '0123456789abcdef',
  scope: 'openid profile',
  endpoints: mockServerEndpoints(ORIGIN),
  companion: { origin: COMPANION, every: 300 },
  returnPage: `${COMPANION}/auth/return`,
};

export function workingArea(usage?: { used: number; limit: number }): ProbedArea {
  const items = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(items.get(key)),
    set: (key, value) => Promise.resolve(void items.set(key, value)),
    remove: (key) => Promise.resolve(void items.delete(key)),
    usage: () => Promise.resolve(usage),
  };
}

/** Server responses by path; a number is a status with a JSON object. */
export type Answers = Readonly<Record<string, Response | number | Error>>;

export function answering(answers: Answers, headers: Record<string, string> = {}): typeof fetch {
  return (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const answer = answers[pathname] ?? 200;
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer instanceof Response) return Promise.resolve(answer.clone());
    return Promise.resolve(Response.json({}, { status: answer, headers }));
  };
}

export function healthy(changes: Partial<CheckContext> = {}): CheckContext {
  return {
    now: () => NOW,
    stopwatch: () => 0,
    fetch: answering({ '/v1/profile': 401 }, { timestamp: String(NOW / 1000) }),
    build: BUILD,
    registered: REDIRECT,
    local: workingArea({ used: 3500, limit: 10_000_000 }),
    session: workingArea(),
    stored: () => Promise.resolve({ version: 4, status: 'signedIn', metrics: { on: true, blockedBy: [] } }),
    wake: () => Promise.resolve(),
    keepsKeys: () => Promise.resolve(true),
    redirectUri: () => REDIRECT,
    hasAuthWindow: () => true,
    granted: () => Promise.resolve({ permissions: ['identity', 'storage', 'alarms'], origins: [] }),
    alarms: () =>
      Promise.resolve([
        { name: 'fxa:renewal', at: NOW + 600_000 },
        { name: 'fxa:companion', at: NOW + 60_000 },
      ]),
    policies: () => Promise.resolve([]),
    privateWindows: () => Promise.resolve(false),
    ...changes,
  };
}

/** The findings by check. */
export async function found(
  changes: Partial<CheckContext> = {},
): Promise<Record<string, Omit<Finding, 'check'>>> {
  const findings = await examine(healthy(changes), () => undefined, 1000);
  return Object.fromEntries(findings.map(({ check, ...rest }) => [check, rest]));
}
