/** Accounts by uid and by address. */
import { randomHex } from './random.ts';
import type { Account } from './types.ts';

export type NewAccount = Pick<Account, 'email' | 'password'> & Partial<Account>;

export interface Accounts {
  /** Adds an account; it is verified and private data have defaults unless given. */
  add(account: NewAccount): Account;
  byUid(uid: string): Account | undefined;
  /** Addresses are compared without case. */
  byEmail(email: string): Account | undefined;
  remove(uid: string): void;
  list(): Account[];
}

/** An empty set of accounts. */
export function createAccounts(now: () => number): Accounts {
  const accounts = new Map<string, Account>();
  return {
    add(account) {
      const instant = now();
      const added: Account = {
        uid: randomHex(16),
        verified: true,
        kB: randomHex(32),
        keysChangedAt: instant,
        confirmationCode: String(100_000 + (Number.parseInt(randomHex(4), 16) % 900_000)),
        locale: 'en-US',
        metricsEnabled: true,
        subscriptions: {},
        createdAt: instant,
        profileChangedAt: instant,
        ...account,
      };
      accounts.set(added.uid, added);
      return added;
    },
    byUid: (uid) => accounts.get(uid),
    byEmail: (email) =>
      [...accounts.values()].find((account) => account.email.toLowerCase() === email.trim().toLowerCase()),
    remove: (uid) => void accounts.delete(uid),
    list: () => [...accounts.values()],
  };
}
