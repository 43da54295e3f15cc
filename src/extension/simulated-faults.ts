// Tester builds only: faults put before `fetch`, so that they can be tried against any server. All but the 401 are also
// on the mock server's panel (mock-accounts/faults/presets.ts).

/** The faults, named as in the messages `fault_<name>`. */
export const SIMULATED_FAULTS = [
  'offline',
  'silence',
  'slow',
  'unauthorized',
  'rateLimited',
  'unavailable',
  'html',
  'dayAhead',
  'dayBehind',
] as const;

export type SimulatedFault = (typeof SIMULATED_FAULTS)[number];

const DAY_MS = 86_400_000;
const SLOW_MS = 3000;
/** Seconds. */
const RETRY_AFTER = 60;

/** Reads a stored or received name; undefined unless it is one of `SIMULATED_FAULTS`. Pure. */
export function parseSimulatedFault(value: unknown): SimulatedFault | undefined {
  return SIMULATED_FAULTS.find((name) => name === value);
}

/** Milliseconds that the extension's clock is ahead; negative when it is behind. Pure. */
export function clockError(fault: SimulatedFault | undefined): number {
  if (fault === 'dayAhead') return DAY_MS;
  return fault === 'dayBehind' ? -DAY_MS : 0;
}

/**
 * `fetch` with the fault before it: unchanged without one, and with those of the clock. Rejects as `fetch` does, with
 * a TypeError when there is no connection, and with the signal's reason when it aborts.
 */
export function withFault(
  fetch: typeof globalThis.fetch,
  fault: SimulatedFault | undefined,
): typeof globalThis.fetch {
  return async (input, init) => {
    const signal = init?.signal ?? undefined;
    signal?.throwIfAborted();
    // Of Mozilla accounts' servers, only the profile server takes access tokens in this header.
    const profile = new Headers(init?.headers).has('authorization');
    switch (fault) {
      case 'offline':
        throw new TypeError('Simulated: no connection');
      case 'silence':
        return pause(Number.POSITIVE_INFINITY, signal);
      case 'slow':
        await pause(SLOW_MS, signal);
        return fetch(input, init);
      case 'unauthorized':
        // FxA: the token endpoint answers 400 instead, or a 401 that proves the end of the grant (fxa/error-table.ts).
        // A simulated fault must prove nothing, or a live grant would be forgotten.
        return profile ? errorAnswer(401, 100) : fetch(input, init);
      case 'rateLimited':
        return errorAnswer(429, 114, { 'retry-after': String(RETRY_AFTER) });
      case 'unavailable':
        return errorAnswer(503, profile ? 104 : 201);
      case 'html':
        return new Response('<!doctype html>\n<title>Simulated</title><h1>Sign in to this network</h1>\n', {
          headers: { 'content-type': 'text/html; charset=utf-8' },
        });
      case 'dayAhead':
      case 'dayBehind':
      case undefined:
        return fetch(input, init);
    }
  };
}

/** An error response of FxA, with the server's usual errno for the status (mock-accounts/faults/error-answer.ts). */
function errorAnswer(code: number, errno: number, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json({ code, errno, message: 'Simulated' }, { status: code, headers });
}

/** Resolves after `ms` milliseconds, if ever. Rejects with the signal's reason when it aborts. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<never> {
  return new Promise((resolve, reject) => {
    const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
