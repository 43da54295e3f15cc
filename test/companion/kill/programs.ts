// What the kill tests run: the built companion, and a PostgreSQL server.
import { afterAll, beforeAll } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { builtCompanion, type BuiltCompanion } from '../harness.ts';
import { PATIENCE_MS } from './rounds.ts';

export interface Programs {
  readonly built: BuiltCompanion;
  readonly server: RunningPostgres;
}

/** Both for the tests of a suite, which begins by calling it; they are removed after its last test. */
export function programs(): Programs {
  let all: Programs | undefined;
  const get = () => {
    if (all === undefined) throw new Error('The programs are not there yet.');
    return all;
  };
  beforeAll(async () => {
    all = { built: await builtCompanion(), server: await startPostgres() };
  }, PATIENCE_MS);
  afterAll(async () => {
    await all?.server.stop();
    await all?.built.remove();
  }, PATIENCE_MS);
  return {
    get built() {
      return get().built;
    },
    get server() {
      return get().server;
    },
  };
}
