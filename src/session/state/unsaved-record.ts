// Keeps a record that the disk refused in `storage.session`, with the view for pages. It is valid while the record on
// disk is still the one it was made from, and is lost when the browser closes.
import type { Area } from '../ports.ts';
import type { StoredRecord } from './record.ts';
import type { View } from './view.ts';
import { MEMORY } from './storage-items.ts';

export interface UnsavedRecord {
  /** The record on disk that this one was made from, as JSON. */
  readonly base: string;
  readonly record: StoredRecord;
  readonly view: View;
}

export function createUnsavedStore(memory: Area) {
  return {
    get: async () => ((await memory.get(MEMORY.unsavedRecord)) ?? undefined) as UnsavedRecord | undefined,
    set: (unsaved: UnsavedRecord) => memory.set({ [MEMORY.unsavedRecord]: unsaved }),
    drop: () => memory.set({ [MEMORY.unsavedRecord]: null }),
  };
}
