// Remembers the state of live sessions by their hashes, so that a poll without news needs no database.
import { LRUCache } from 'lru-cache';
import { createEvictionLog } from '../bearer/evictions.ts';
import { accountName } from '../clients.ts';
import type { LiveSession } from '../store.ts';

/** Some 30 MB. */
const MOST_SESSIONS = 100_000;

export type SessionMemory = ReturnType<typeof createSessionMemory>;

interface Entry {
  readonly tag: string;
  readonly account: string;
  readonly position: number;
  readonly until: number;
}

/**
 * Creates an empty memory of `most` sessions, which answers nothing while `isDeaf`: then it isn't told what to evict, and
 * needs `evictAll` afterwards.
 */
export function createSessionMemory(isDeaf = () => false, most = MOST_SESSIONS) {
  const entries = new LRUCache<string, Entry>({ max: most });
  // A log, not an index by account: nearly all events are about accounts that have no session here.
  const changes = createEvictionLog(most);
  const keyOf = (hash: Buffer) => hash.toString('latin1');
  return {
    /** To be asked before a session is read: a change after this position makes what was read obsolete. */
    position: () => changes.position(),
    keep(hash: Buffer, { account, freshUntil: until }: LiveSession, tag: string, position: number) {
      entries.set(keyOf(hash), { tag, account: accountName(account), position, until });
    },
    /** The entity tag of a session that is live and unchanged; undefined when it has to be read. `now` in milliseconds. */
    tagOf(hash: Buffer, now: number): string | undefined {
      const key = keyOf(hash);
      const entry = entries.get(key);
      if (entry === undefined || isDeaf()) return undefined;
      if (now < entry.until && !changes.recordedSince(entry.position, entry.account)) return entry.tag;
      entries.delete(key);
      return undefined;
    },
    /** Has one session read again, before the notification about its account arrives. */
    forget: (hash: Buffer) => void entries.delete(keyOf(hash)),
    /** Has the sessions of an account (by its `accountName`) read again. */
    evict: (account: string) => changes.record(account),
    /** Has all sessions read again, after notifications may have been missed. */
    evictAll() {
      changes.recordAll();
      entries.clear();
    },
  };
}
