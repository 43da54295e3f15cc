// Accounts, sessions and deliveries for the database tests.
import { createHash, randomBytes } from 'node:crypto';
import type { AccountEvent } from '../../../src/companion/security-events/types.ts';
import type { Delivery, CreateRequest, Store } from '../../../src/companion/store.ts';

/** 2026-11-21, noon. */
export const NOON = Date.UTC(2026, 10, 21, 12);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const CLIENT = 'a1b2c3d4e5f60718';
export const OTHER_CLIENT = '1111222233334444';

export const hashOf = (name: string) => createHash('sha256').update(name).digest();

/** A UTC day, as in metrics. */
export const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** For APIs that report failures instead of throwing. */
export const rethrown = (error: unknown): never => {
  throw error;
};

/** A delivery about an account, at noon and with a unique mark by default. */
export function deliveryFor(
  account: Buffer,
  events: AccountEvent | readonly AccountEvent[],
  more: Partial<Delivery> = {},
): Delivery {
  const all: readonly AccountEvent[] = 'kind' in events ? [events] : events;
  return { account, clientId: CLIENT, mark: randomBytes(32), events: all, at: NOON, ...more };
}

/** A request for an account's first session, proved a minute before noon, with metrics allowed. */
export function requestFor(account: Buffer, more: Partial<CreateRequest> = {}): CreateRequest {
  return {
    account,
    clientId: CLIENT,
    hash: randomBytes(32),
    sealedUid: Buffer.from('sealed'),
    presented: false,
    provedAt: NOON - 60_000,
    metrics: true,
    readAtRevision: 0,
    at: NOON,
    ...more,
  };
}

/** Creates a session and returns its hash. */
export async function createdFor(
  store: Store,
  account: Buffer,
  more: Partial<CreateRequest> = {},
): Promise<Buffer> {
  const request = requestFor(account, more);
  const created = await store.createSession(request);
  if (created.status !== 'live') throw new Error(`The session is ${created.status}.`);
  return request.hash;
}

/** Gives an account, by a session of it, an event, a capability, counts and a reported day. */
export async function fillAccount(store: Store, session: Buffer, account: Buffer): Promise<void> {
  const changedAt = NOON;
  const kind = 'subscription_state_change';
  const subscribed = { kind, capabilities: ['pro'], isActive: true, changedAt } as const;
  await store.apply(deliveryFor(account, [{ kind: 'profile_change' }, subscribed]));
  await store.addMetrics(session, [{ name: 'opened', day: dayOf(NOON), count: 3 }], NOON, NOON);
  await store.engageOnce(account, CLIENT, dayOf(NOON), NOON);
}
