// The only writer of record, view and journal, which are written together and under one lock, and of the cached tokens.
import { isFxaError } from '../../fxa/errors.ts';
import type { Environment } from '../metrics/consent.ts';
import type { Ports } from '../ports.ts';
import { parseRecord, parseTokens } from './parse-record.ts';
import {
  emptyRecord,
  lostRecord,
  type CachedToken,
  type MissingRecord,
  type StoredRecord,
} from './record.ts';
import { queueLiveGrant } from '../sign-out/outbox-entries.ts';
import type { SessionEvent } from './events.ts';
import { applyEvent } from './transition.ts';
import { projectView, unreadableView, type View } from './view.ts';
import { LOCAL, LOCKS, MEMORY } from './storage-items.ts';

export interface StateChange {
  readonly before: StoredRecord;
  readonly after: StoredRecord;
}

interface UpdateOptions {
  /** If the disk refuses the write, keep the change in memory until it accepts it; for changes that end something. */
  readonly orInMemory?: boolean;
}

/** A record that the disk refused, in `storage.session` with the view for pages; lost when the browser closes. */
interface UnsavedRecord {
  /** The record on disk that this one was made from, as JSON: it is valid while that is still there. */
  readonly base: string;
  readonly record: StoredRecord;
  readonly view: View;
}

interface StoreOptions {
  readonly deployment: string;
  /** What the view depends on besides the record. */
  readonly environment: () => Promise<Environment>;
  /** Called with each change once it is stored, if only in memory, before the caller continues. Must not reject. */
  readonly onChange: (change: StateChange) => Promise<void>;
}

export type Store = ReturnType<typeof createStore>;

/**
 * Creates the store of record, view and access tokens.
 *
 * @throws FxaError `storage_newer`, `storage_corrupt` from every method that touches the record; nothing is written
 *   then.
 */
export function createStore(ports: Ports, { deployment, environment, onChange }: StoreOptions) {
  let missing: MissingRecord | undefined;

  const readUnsaved = async () =>
    ((await ports.memory.get(MEMORY.unsavedRecord)) ?? undefined) as UnsavedRecord | undefined;
  const dropUnsaved = () => ports.memory.set({ [MEMORY.unsavedRecord]: null });

  /**
   * `unsaved`: an unsaved record is in memory, to be dropped at the next write; `current`: it is newer than the one on
   * disk.
   */
  const parsed = async () => {
    // The record is read last, so that a slow read of memory can't be compared with an older record.
    const unsaved = await readUnsaved();
    const onDisk = await ports.local.get(LOCAL.record);
    const current = unsaved?.base === baseOf(onDisk);
    const found: unknown = unsaved && current ? unsaved.record : onDisk;
    const record =
      found === undefined && missing ? lostRecord(deployment, missing) : parseRecord(found, deployment);
    return { record, unsaved, current };
  };
  const load = async () => {
    const found = await parsed();
    return { ...found, record: forDeployment(found.record, deployment, ports.now()) };
  };

  /**
   * Reads the record, or publishes why it can't be read. Call under the lock: an earlier failed read may be outdated.
   */
  const readOrPublishError = async () => {
    try {
      return await load();
    } catch (error) {
      // A storage error says nothing about the record.
      if (isFxaError(error) && error.code !== 'storage_unavailable') {
        await ports.local.set({ [LOCAL.view]: unreadableView(error.code, ports.now()) });
      }
      throw error;
    }
  };

  const read = async (): Promise<StoredRecord> => {
    try {
      return (await load()).record;
    } catch {
      return (await ports.locks.exclusive(LOCKS.record, readOrPublishError)).record;
    }
  };

  /** Changes the record; returning the same object writes nothing. `change` runs under the lock. */
  const update = async (
    change: (record: StoredRecord) => StoredRecord,
    { orInMemory = false }: UpdateOptions = {},
  ): Promise<StateChange> => {
    const done = await ports.locks.exclusive(LOCKS.record, async () => {
      const { record: before, unsaved } = await readOrPublishError();
      const after = change(before);
      if (after === before) return { before, after };
      const items = { [LOCAL.record]: after, ...(await viewItems(after)) };
      try {
        await ports.local.set(items);
      } catch (error) {
        if (!orInMemory) throw error;
        await keepInMemory(after, items[LOCAL.view], error);
        return { before, after };
      }
      if (unsaved) await dropUnsaved();
      return { before, after };
    });
    if (done.after !== done.before) await onChange(done);
    return done;
  };

  /** @throws the disk's error when memory refuses the write too. */
  const keepInMemory = async (record: StoredRecord, view: View, refusal: unknown) => {
    try {
      const base = baseOf(await ports.local.get(LOCAL.record));
      const unsaved: UnsavedRecord = { base, record, view: { ...view, unsaved: true } };
      await ports.memory.set({ [MEMORY.unsavedRecord]: unsaved });
    } catch {
      throw refusal;
    }
  };

  const viewItems = async (record: StoredRecord) => ({
    [LOCAL.view]: projectView(record, await environment()),
    [LOCAL.journal]: record.journal,
  });

  const write = async (record: StoredRecord) => {
    await ports.local.set({ [LOCAL.record]: record, ...(await viewItems(record)) });
  };

  const writeView = async (record: StoredRecord) => {
    await ports.local.set(await viewItems(record));
  };

  return {
    read,
    update,

    /** Applies an event to the session, and adds it to the journal if it changes the state, at the event's own time. */
    dispatch: (event: SessionEvent, options?: UpdateOptions) =>
      update((record) => applyEvent(record, event, 'at' in event ? event.at : ports.now()), options),

    /** From now on a missing record counts as lost. Nothing is written, as the record may reappear. */
    setMissingRecord: (record: MissingRecord) => {
      missing = record;
    },

    /** Writes a change that was only kept in memory, if there is one and the disk accepts it now. */
    saveUnsaved: () =>
      ports.locks.exclusive(LOCKS.record, async () => {
        if (!(await readUnsaved())) return;
        const { record, current } = await load();
        try {
          if (current) await write(record);
          await dropUnsaved();
        } catch {
          // It stays in memory until the disk has room.
        }
      }),

    /** Replaces an unreadable record with what `rescue` makes of it; a readable one stays. */
    reset: (rescue: (stored: unknown, fresh: StoredRecord) => StoredRecord) =>
      ports.locks.exclusive(LOCKS.record, async () => {
        const found = await ports.local.get(LOCAL.record);
        const record = readable(found, deployment);
        // Readable after all: replace a view that says otherwise.
        if (record) await writeView(record);
        else await write(rescue(found, emptyRecord(deployment)));
      }),

    /**
     * Converts a record of another deployment to this one, after `beforeConversion`. Until then it reads as signed out, and is
     * written that way with the next change.
     */
    async adoptDeployment(beforeConversion: () => Promise<void>): Promise<void> {
      // Publishes the reason if the record can't be read.
      await read();
      if ((await parsed()).record.deployment === deployment) return;
      await beforeConversion();
      const done = await ports.locks.exclusive(LOCKS.record, async () => {
        const { record: before } = await parsed();
        const after = forDeployment(before, deployment, ports.now());
        await write(after);
        return { before, after };
      });
      await onChange(done);
    },

    /** Writes the view again: another version may have written a different one, or none. */
    publish: () =>
      ports.locks.exclusive(LOCKS.record, async () => {
        const { record, current } = await readOrPublishError();
        // The unsaved record has its own view in memory.
        if (!current) await writeView(record);
      }),

    tokens: async () => parseTokens(await ports.memory.get(MEMORY.tokens)),
    updateTokens: (change: (tokens: readonly CachedToken[]) => readonly CachedToken[]) =>
      ports.locks.exclusive(LOCKS.record, async () => {
        const before = parseTokens(await ports.memory.get(MEMORY.tokens));
        const after = change(before);
        if (after !== before) await ports.memory.set({ [MEMORY.tokens]: after });
      }),
  };
}

/** Identifies the record on disk that an unsaved one was made from. */
const baseOf = (onDisk: unknown) => (onDisk === undefined ? '' : JSON.stringify(onDisk));

function readable(stored: unknown, deployment: string): StoredRecord | undefined {
  try {
    return parseRecord(stored, deployment);
  } catch {
    return undefined;
  }
}

/**
 * The record for this deployment. A session or attempt at another server, or for another client, has ended here; its
 * grants wait in the outbox for a build that can destroy them. Pure.
 */
function forDeployment(record: StoredRecord, deployment: string, at: number): StoredRecord {
  if (record.deployment === deployment) return record;
  const next = applyEvent(record, { type: 'signedOut', reason: 'environment_changed', at }, at);
  return { ...queueLiveGrant(next, record, at), deployment };
}
