// One measurement of one server: a burst, what it cost the server, and whether everything it took in is really there.
import { setTimeout as sleep } from 'node:timers/promises';
import { burst, type Burst, type Load } from './load.ts';
import type { Server } from './server.ts';

export interface Measured extends Burst {
  /** Microseconds of the server's processor time for a request. */
  readonly cpu: number;
}

export interface Measurement extends Omit<Load, 'origin'> {
  readonly server: Server;
  readonly seconds: number;
  /** Each request must have become a row of its own. */
  readonly isDurable?: boolean;
}

const STEP_MS = 50;
const PATIENCE_MS = 2000;

/** What wrk leaves under way when it ends is still written. */
async function rowsOf(server: Server, expected: number): Promise<number> {
  for (let waited = 0; ; waited += STEP_MS) {
    const rows = await server.rows();
    if (rows === expected || waited >= PATIENCE_MS) return rows;
    await sleep(STEP_MS);
  }
}

/**
 * Measures once.
 *
 * @throws Error when the run is invalid
 */
export async function measure({ server, seconds, isDurable, ...load }: Measurement): Promise<Measured> {
  if (isDurable) await server.empty();
  const before = await server.soFar();
  const result = await burst({ ...load, origin: server.origin }, seconds);
  const after = await server.soFar();
  const taken = after.taken - before.taken;
  if (after.refused > before.refused)
    throw new Error('The run is invalid: some answers were neither 200 nor 304.');
  if (isDurable) {
    const rows = await rowsOf(server, taken);
    if (rows !== taken || rows < result.requests) {
      const hint = 'Were there too few tokens? See --tokens.';
      throw new Error(
        `The run is invalid: ${taken} webhooks were taken in, but there are ${rows} rows. ${hint}`,
      );
    }
  }
  return { ...result, cpu: (after.cpu - before.cpu) / taken };
}
