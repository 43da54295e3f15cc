// Steps around a record that the browser loses while it keeps the backup of grants.
import type { Harness } from './harness.ts';

/** `harness` is the one of the running test. */
export function lossSteps(harness: () => Harness) {
  const named = (record = harness().host.local.get('record')): string[] =>
    [...JSON.stringify([record]).matchAll(/"refreshTokenId":"(\w+)"/g)].map(([, id = '']) => id);
  return {
    /** The grants that a record names, by id. */
    named,
    grant: () => named()[0] ?? '',
    /** The grants in the backup, by id. */
    ids: () => harness().host.backup.map(({ refreshTokenId }) => refreshTokenId),
    /** The browser ends and starts again. */
    async browserRestarts(): Promise<void> {
      harness().host.memory.clear();
      harness().host.alarms.clear();
      await harness().restart();
    },
    /** Empties `storage.local`; its content can be put back. */
    lose(): Map<string, unknown> {
      const was = new Map(harness().host.local);
      harness().host.local.clear();
      return was;
    },
    restore(was: Map<string, unknown>): void {
      for (const [key, value] of was) harness().host.local.set(key, value);
    },
  };
}
