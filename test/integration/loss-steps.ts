// Steps around a record that the browser loses while it keeps the backup of grants.
import type { Harness } from './harness.ts';

/** `world` is the one of the running test. */
export function lossSteps(world: () => Harness) {
  const named = (record = world().host.local.get('record')): string[] =>
    [...JSON.stringify([record]).matchAll(/"refreshTokenId":"(\w+)"/g)].map(([, id = '']) => id);
  return {
    /** The grants that a record names, by id. */
    named,
    grant: () => named()[0] ?? '',
    /** The grants in the backup, by id. */
    ids: () => world().host.backup.map(({ refreshTokenId }) => refreshTokenId),
    /** The browser ends and starts again. */
    async browserRestarts(): Promise<void> {
      world().host.memory.clear();
      world().host.alarms.clear();
      await world().restart();
    },
    /** Empties `storage.local`; its content can be put back. */
    lose(): Map<string, unknown> {
      const was = new Map(world().host.local);
      world().host.local.clear();
      return was;
    },
    restore(was: Map<string, unknown>): void {
      for (const [key, value] of was) world().host.local.set(key, value);
    },
  };
}
