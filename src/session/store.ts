// The only writer of storage: every change goes through here, under one lock, record and view in one write.
import { isFxaError } from '../fxa/errors.ts';
import type { Ports } from './ports.ts';
import {
  addToJournal,
  emptyRecord,
  parseRecord,
  parseTokens,
  type HeldToken,
  type StoredRecord,
} from './record.ts';
import { transition, whyOf, type SessionEvent } from './transition.ts';
import { project, unreadable } from './view.ts';

const RECORD = 'record';
const VIEW = 'view';
const TOKENS = 'tokens';
/** Held for a read and a write, never across the network. */
const LOCK = 'fxa:record';

export interface Change {
  readonly before: StoredRecord;
  readonly after: StoredRecord;
}

export interface Store {
  read(): Promise<StoredRecord>;
  /** Changes the record; returning the same object writes nothing. */
  update(change: (record: StoredRecord) => StoredRecord): Promise<Change>;
  /** Takes a step of the state machine, and enters it in the journal when it changes the state. */
  step(event: SessionEvent): Promise<Change>;
  /** Writes the view anew: another version may have projected the record in its own way, or not at all. */
  publish(): Promise<void>;
  /** Puts a new record in the place of one that cannot be read; `rescue` sees what lay there. One that can be read stays. */
  reset(rescue: (stored: unknown, fresh: StoredRecord) => StoredRecord): Promise<void>;
  tokens(): Promise<readonly HeldToken[]>;
  updateTokens(change: (tokens: readonly HeldToken[]) => readonly HeldToken[]): Promise<void>;
}

/** @throws FxaError `storage_newer`, `storage_corrupt` from every method that touches the record; nothing is written then. */
export function createStore(ports: Ports, deployment: string): Store {
  const read = async () => {
    const stored = await ports.local.get(RECORD);
    try {
      return parseRecord(stored, deployment);
    } catch (error) {
      if (isFxaError(error)) await ports.local.set({ [VIEW]: unreadable(error.code, ports.now()) });
      throw error;
    }
  };

  const update: Store['update'] = (change) =>
    ports.locks.exclusive(LOCK, async () => {
      const before = await read();
      const after = change(before);
      if (after !== before)
        await ports.local.set({ [RECORD]: after, [VIEW]: project(after, await ports.policy()) });
      return { before, after };
    });

  return {
    read,
    update,
    step: (event) => update((record) => stepped(record, event, ports.now())),
    reset: (rescue) =>
      ports.locks.exclusive(LOCK, async () => {
        const stored = await ports.local.get(RECORD);
        if (isReadable(stored, deployment)) return;
        const after = rescue(stored, emptyRecord(deployment));
        await ports.local.set({ [RECORD]: after, [VIEW]: project(after, await ports.policy()) });
      }),
    publish: () =>
      ports.locks.exclusive(LOCK, async () => {
        await ports.local.set({ [VIEW]: project(await read(), await ports.policy()) });
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

function isReadable(stored: unknown, deployment: string): boolean {
  try {
    parseRecord(stored, deployment);
    return true;
  } catch {
    return false;
  }
}

/** The record after an event, journal included; the same object when the event came too late. Pure. */
export function stepped(record: StoredRecord, event: SessionEvent, at: number): StoredRecord {
  const session = transition(record.session, event);
  if (session === record.session) return record;
  const next = { ...record, session };
  return session.status === record.session.status
    ? next
    : addToJournal(next, {
        at,
        from: record.session.status,
        to: session.status,
        why: whyOf(event, session),
      });
}
