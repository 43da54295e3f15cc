// The only writer of storage: every change goes through here, under one lock, record and view in one write.
import { isFxaError } from '../../fxa/errors.ts';
import type { Environment } from '../metrics/consent.ts';
import type { Ports } from '../ports.ts';
import {
  addToJournal,
  emptyRecord,
  lostRecord,
  parseRecord,
  parseTokens,
  type CachedToken,
  type MissingRecord,
  type StoredRecord,
} from './record.ts';
import { queueLiveGrant } from '../sign-out/outbox-entries.ts';
import { baseState } from './states.ts';
import { transition, transitionReason, type SessionEvent } from './transition.ts';
import { createUnsavedStore } from './unsaved-record.ts';
import { projectView, unreadableView, type View } from './view.ts';

const RECORD = 'record';
const VIEW = 'view';
/** The journal as pages may read it. */
const JOURNAL = 'journal';
const TOKENS = 'tokens';
/** Held for a read and a write, never across the network. */
const LOCK = 'fxa:record';

export interface StateChange {
  readonly before: StoredRecord;
  readonly after: StoredRecord;
}

export interface UpdateOptions {
  /** Where the disk takes nothing, the change is kept in memory until it does (unsaved-record.ts): for what ends something. */
  readonly orInMemory?: boolean;
}

export interface Store {
  read(): Promise<StoredRecord>;
  /** Changes the record; returning the same object writes nothing. */
  update(change: (record: StoredRecord) => StoredRecord, options?: UpdateOptions): Promise<StateChange>;
  /** Takes a step of the state machine, and enters it in the journal when it changes the state. */
  dispatch(event: SessionEvent, options?: UpdateOptions): Promise<StateChange>;
  /** From now on a record that is not there counts as lost. It is not written: it may be found again. */
  setMissingRecord(record: MissingRecord): void;
  /**
   * Makes the record this deployment's where it is another's, after `first`. Until then it is read as one in which nobody is
   * signed in, and written so with the next change.
   */
  adoptDeployment(first: () => Promise<void>): Promise<void>;
  /** Writes what could only be kept in memory; does nothing where there is none, or the disk still refuses. */
  saveUnsaved(): Promise<void>;
  /** Writes the view anew: another version may have projected the record in its own way, or not at all. */
  publish(): Promise<void>;
  /** Puts a new record in the place of one that cannot be read; `rescue` sees what lay there. One that can be read stays. */
  reset(rescue: (stored: unknown, fresh: StoredRecord) => StoredRecord): Promise<void>;
  tokens(): Promise<readonly CachedToken[]>;
  updateTokens(change: (tokens: readonly CachedToken[]) => readonly CachedToken[]): Promise<void>;
}

export interface StoreOptions {
  readonly deployment: string;
  /** What the view depends on beside the record. */
  readonly environment: () => Promise<Environment>;
  /** Told of each change when it is written, before whoever made it goes on. Never rejects. */
  readonly onChange?: (change: StateChange) => Promise<void>;
}

/** @throws FxaError `storage_newer`, `storage_corrupt` from every method that touches the record; nothing is written then. */
export function createStore(ports: Ports, { deployment, environment, onChange }: StoreOptions): Store {
  let lost: MissingRecord | undefined;
  const unsaved = createUnsavedStore(ports.memory);

  /** `kept`: something lies in memory that the next write makes superfluous; `current`: it is what counts. */
  const parsed = async () => {
    // The record last: an answer that is slow must not let an older one decide.
    const kept = await unsaved.get();
    const onDisk = await ports.local.get(RECORD);
    const current = kept?.base === baseOf(onDisk);
    const found: unknown = kept && current ? kept.record : onDisk;
    const record =
      found === undefined && lost ? lostRecord(deployment, lost) : parseRecord(found, deployment);
    return { record, kept, current };
  };
  const load = async () => {
    const found = await parsed();
    return { ...found, record: forDeployment(found.record, deployment, ports.now()) };
  };

  /** To be called under the lock: who saw something unreadable before may be late with it. */
  const readOrShowWhy = async () => {
    try {
      return await load();
    } catch (error) {
      // A browser that only refuses for once says nothing about the record.
      if (isFxaError(error) && error.code !== 'storage_unavailable') {
        await ports.local.set({ [VIEW]: unreadableView(error.code, ports.now()) });
      }
      throw error;
    }
  };

  const read: Store['read'] = async () => {
    try {
      return (await load()).record;
    } catch {
      return (await ports.locks.exclusive(LOCK, readOrShowWhy)).record;
    }
  };

  const update: Store['update'] = async (change, { orInMemory = false } = {}) => {
    const done = await ports.locks.exclusive(LOCK, async () => {
      const { record: before, kept } = await readOrShowWhy();
      const after = change(before);
      if (after === before) return { before, after };
      const items = { [RECORD]: after, ...(await displayItems(after)) };
      try {
        await ports.local.set(items);
      } catch (error) {
        if (!orInMemory) throw error;
        await keep(after, items[VIEW], error);
        return { before, after };
      }
      if (kept) await unsaved.drop();
      return { before, after };
    });
    if (done.after !== done.before) await onChange?.(done);
    return done;
  };

  /** @throws what the disk said, where memory takes nothing either. */
  const keep = async (record: StoredRecord, view: View, refusal: unknown) => {
    try {
      const base = baseOf(await ports.local.get(RECORD));
      await unsaved.set({ base, record, view: { ...view, unsaved: true } });
    } catch {
      throw refusal;
    }
  };

  const displayItems = async (record: StoredRecord) => ({
    [VIEW]: projectView(record, await environment()),
    [JOURNAL]: record.journal,
  });

  const write = async (record: StoredRecord) => {
    await ports.local.set({ [RECORD]: record, ...(await displayItems(record)) });
  };

  const publish = async (record: StoredRecord) => {
    await ports.local.set(await displayItems(record));
  };

  return {
    read,
    update,
    setMissingRecord: (record) => {
      lost = record;
    },
    // The journal tells the same instant as the state.
    dispatch: (event, options) =>
      update((record) => applyEvent(record, event, 'at' in event ? event.at : ports.now()), options),
    saveUnsaved: () =>
      ports.locks.exclusive(LOCK, async () => {
        if (!(await unsaved.get())) return;
        const { record, current } = await load();
        try {
          if (current) await write(record);
          await unsaved.drop();
        } catch {
          // It stays where it is until there is room.
        }
      }),
    reset: (rescue) =>
      ports.locks.exclusive(LOCK, async () => {
        const found = await ports.local.get(RECORD);
        const record = readable(found, deployment);
        // A view that says otherwise is of another time.
        if (record) await publish(record);
        else await write(rescue(found, emptyRecord(deployment)));
      }),
    async adoptDeployment(first) {
      // Shows why, where the record cannot be read.
      await read();
      if ((await parsed()).record.deployment === deployment) return;
      await first();
      const done = await ports.locks.exclusive(LOCK, async () => {
        const { record: before } = await parsed();
        const after = forDeployment(before, deployment, ports.now());
        await write(after);
        return { before, after };
      });
      await onChange?.(done);
    },
    publish: () =>
      ports.locks.exclusive(LOCK, async () => {
        const { record, current } = await readOrShowWhy();
        // Of what is kept in memory pages see the view there.
        if (!current) await publish(record);
      }),
    tokens: async () => parseTokens(await ports.memory.get(TOKENS)),
    updateTokens: (change) =>
      ports.locks.exclusive(LOCK, async () => {
        const before = parseTokens(await ports.memory.get(TOKENS));
        const after = change(before);
        if (after !== before) await ports.memory.set({ [TOKENS]: after });
      }),
  };
}

/** Tells whether the record on the disk is still the one that something in memory was made from. */
const baseOf = (onDisk: unknown) => (onDisk === undefined ? '' : JSON.stringify(onDisk));

function readable(stored: unknown, deployment: string): StoredRecord | undefined {
  try {
    return parseRecord(stored, deployment);
  } catch {
    return undefined;
  }
}

/**
 * A record as it is for this deployment. Whoever was signed in at another server, or for another client, is not signed in here,
 * an attempt there has ended, and the grants wait for a build that can destroy them. Pure.
 */
function forDeployment(record: StoredRecord, deployment: string, at: number): StoredRecord {
  if (record.deployment === deployment) return record;
  const next = applyEvent(record, { type: 'signedOut', reason: 'environment_changed', at }, at);
  return { ...queueLiveGrant(next, record, at), deployment };
}

/**
 * The record after an event, journal included; the same object when the event came too late. What happens to the session
 * beneath a running attempt is entered too. Pure.
 */
export function applyEvent(record: StoredRecord, event: SessionEvent, at: number): StoredRecord {
  const session = transition(record.session, event);
  if (session === record.session) return record;
  const next = { ...record, session };
  const beneath = session.status === 'signingIn' && record.session.status === 'signingIn';
  const from = beneath ? baseState(record.session).status : record.session.status;
  const to = beneath ? baseState(session).status : session.status;
  return from === to ? next : addToJournal(next, { at, from, to, why: transitionReason(event, session) });
}
