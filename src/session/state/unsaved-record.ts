// The record as it is to be, where the disk takes nothing: kept in `storage.session`, with the view that pages show meanwhile.
// It counts for as long as the record on the disk is the one it was made from, and ends with the browser.
import type { Area } from '../ports.ts';
import type { StoredRecord } from './record.ts';
import type { View } from './view.ts';

/** Pages read the view in it (watch-view.ts). */
const KEY = 'unwritten';

export interface UnsavedRecord {
  /** The record on the disk, as JSON. */
  readonly base: string;
  readonly record: StoredRecord;
  readonly view: View;
}

export function createUnsavedStore(memory: Area) {
  return {
    get: async () => ((await memory.get(KEY)) ?? undefined) as UnsavedRecord | undefined,
    set: (unsaved: UnsavedRecord) => memory.set({ [KEY]: unsaved }),
    drop: () => memory.set({ [KEY]: null }),
  };
}
