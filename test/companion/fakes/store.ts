// An in-memory store that keeps the promises of the interface, for tests of what uses it.
import type { EndedReason, MetricsEvent } from '../../../src/contract/companion.ts';
import type {
  CreateResult,
  Delivery,
  EndedSession,
  LiveSession,
  CreateRequest,
  Revocation,
  Store,
} from '../../../src/companion/store.ts';
import type { AccountEvent } from '../../../src/companion/security-events/types.ts';

interface Account {
  revision: number;
  validAfter: number;
  metrics: boolean;
  metricsReadAt: number;
  readonly capabilities: Map<string, { active: boolean; at: number }>;
}

interface Session {
  account?: string;
  readonly clientId: string;
  sealedUid: Buffer;
  provedAt: number;
  ended?: { reason: EndedReason; at: number };
}

interface Pending extends Revocation {
  attempts: number;
  /** The wait it was postponed by. */
  wait: number;
  setAside?: string;
  why?: string;
}

export interface FakeStore extends Store {
  readonly rows: {
    readonly accounts: Map<string, Account>;
    readonly sessions: Map<string, Session>;
    readonly tombstones: Map<string, number>;
    readonly marks: Set<string>;
    metrics: (MetricsEvent & { account: string; clientId: string })[];
    readonly engaged: Set<string>;
    readonly revocations: Map<string, Pending>;
  };
  /** All stored data as text. */
  dump(): string;
}

export function fakeStore(): FakeStore {
  const rows: FakeStore['rows'] = {
    accounts: new Map(),
    sessions: new Map(),
    tombstones: new Map(),
    marks: new Set(),
    metrics: [],
    engaged: new Set(),
    revocations: new Map(),
  };
  const { accounts, sessions, tombstones, revocations } = rows;
  const hex = (bytes: Buffer) => bytes.toString('hex');

  /** Without a client, those of all clients. */
  const drop = (key: string, clientId?: string) => {
    rows.metrics = rows.metrics.filter(
      (row) => row.account !== key || row.clientId !== (clientId ?? row.clientId),
    );
  };

  const close = (key: string, account: Account) => {
    account.metrics = false;
    drop(key);
  };

  const erase = (key: string, at: number) => {
    const account = accounts.get(key);
    if (account) close(key, account);
    accounts.delete(key);
    tombstones.set(key, at);
    for (const session of sessions.values()) {
      if (session.account !== key) continue;
      delete session.account;
      session.sealedUid = Buffer.alloc(0);
      session.ended = { reason: 'account_deleted', at };
    }
  };

  const happen = (key: string, event: AccountEvent, mark: string, at: number) => {
    const account = accounts.get(key);
    if (!account) return;
    const instant = 'changedAt' in event ? JSON.stringify(event) : mark;
    const id = `${key} ${event.kind} ${instant}`;
    if (rows.marks.has(id)) return;
    rows.marks.add(id);
    if (event.kind === 'delete_user') erase(key, at);
    if (event.kind === 'password_change') {
      account.validAfter = Math.max(account.validAfter, event.changedAt);
      return;
    }
    account.revision += event.kind === 'delete_user' ? 0 : 1;
    if (event.kind === 'metrics_opt_out') close(key, account);
    if (event.kind !== 'subscription_state_change') return;
    for (const name of event.capabilities) {
      const known = account.capabilities.get(name);
      if (known && known.at > event.changedAt) continue;
      const active = known?.at === event.changedAt ? known.active && event.isActive : event.isActive;
      account.capabilities.set(name, { active, at: event.changedAt });
    }
  };

  const look = (hash: Buffer): LiveSession | EndedSession | undefined => {
    const session = sessions.get(hex(hash));
    if (!session) return undefined;
    if (session.ended) return { status: 'ended', ...session.ended };
    const account = accounts.get(session.account ?? '');
    if (!account) throw new Error('A live session without an account');
    if (account.validAfter > session.provedAt) {
      return { status: 'ended', reason: 'password_changed', at: account.validAfter };
    }
    return {
      status: 'live',
      account: Buffer.from(session.account ?? '', 'hex'),
      clientId: session.clientId,
      sealedUid: session.sealedUid,
      revision: account.revision,
      metrics: account.metrics,
      metricsReadAt: account.metricsReadAt,
      subscriptions: Object.fromEntries([...account.capabilities].map(([key, { active }]) => [key, active])),
      freshUntil: Infinity,
    };
  };

  const open = (key: string): Account => {
    const account = accounts.get(key) ?? {
      revision: 0,
      validAfter: 0,
      metrics: false,
      metricsReadAt: 0,
      capabilities: new Map(),
    };
    if (!tombstones.has(key)) accounts.set(key, account);
    return account;
  };

  const createSession = (request: CreateRequest): CreateResult => {
    const { clientId, sealedUid, provedAt, metrics, readAtRevision, at } = request;
    const key = hex(request.account);
    const tombstone = tombstones.get(key);
    if (tombstone !== undefined) return { status: 'deleted', at: tombstone };
    const shown = sessions.get(hex(request.hash));
    if (request.presented) {
      const known = look(request.hash);
      if (!shown || !known || (shown.account ?? key) !== key || shown.clientId !== clientId) {
        return { status: 'unknown' };
      }
      if (known.status === 'ended') return known;
    }
    const account = open(key);
    if (provedAt < account.validAfter) {
      return { status: 'ended', reason: 'password_changed', at: account.validAfter };
    }
    if (!metrics) close(key, account);
    else if (account.revision === readAtRevision) account.metrics = true;
    account.metricsReadAt = at;
    sessions.set(hex(request.hash), {
      account: key,
      clientId,
      sealedUid,
      provedAt: Math.max(provedAt, shown?.provedAt ?? 0),
    });
    const created = look(request.hash);
    if (!created) throw new Error('Lost at once');
    return created;
  };

  const allowed = (account: Buffer, readSince: number) => {
    const { metrics = false, metricsReadAt = 0 } = accounts.get(hex(account)) ?? {};
    return metrics && metricsReadAt >= readSince;
  };

  return {
    rows,
    dump() {
      const all = [accounts, sessions, tombstones, rows.marks, rows.metrics, rows.engaged];
      return JSON.stringify(all.map((one) => [...one]));
    },
    async apply({ account, mark, events, at }: Delivery) {
      for (const event of events) happen(hex(account), event, hex(mark), at);
      return Promise.resolve();
    },
    registerAccount: async ({ account }) => Promise.resolve(open(hex(account)).revision),
    rekey: () => Promise.resolve(),
    createSession: async (request) => Promise.resolve(createSession(request)),
    session: async (hash) => Promise.resolve(look(hash)),
    async end(hash, refreshTokenIds, at, { forgetMetrics = false, everywhere } = {}) {
      const session = sessions.get(hex(hash));
      if (!session) return Promise.resolve(false);
      const wasLive = look(hash)?.status === 'live';
      for (const other of wasLive && everywhere?.(session.clientId) ? sessions.values() : [])
        if (other.account === session.account) other.ended ??= { reason: 'signed_out', at };
      session.ended ??= { reason: 'signed_out', at };
      for (const id of refreshTokenIds) {
        if (revocations.has(id)) continue;
        const { clientId } = session;
        revocations.set(id, { refreshTokenId: id, clientId, attempts: 0, age: 0, wait: 0 });
      }
      if (forgetMetrics && session.account !== undefined) drop(session.account, session.clientId);
      return Promise.resolve(true);
    },
    async addMetrics(hash, events, readSince) {
      const session = look(hash);
      if (session?.status !== 'live' || !allowed(session.account, readSince)) return Promise.resolve(false);
      const owner = { account: hex(session.account), clientId: session.clientId };
      rows.metrics.push(...events.map((event) => ({ ...event, ...owner })));
      return Promise.resolve(true);
    },
    async engageOnce(account, clientId, day, readSince) {
      const id = `${hex(account)} ${clientId} ${day}`;
      if (!allowed(account, readSince) || rows.engaged.has(id)) return Promise.resolve(false);
      rows.engaged.add(id);
      return Promise.resolve(true);
    },
    async forgetMetrics(account, clientId) {
      drop(hex(account), clientId);
      return Promise.resolve();
    },
    async revocation(id) {
      const row = revocations.get(id);
      return Promise.resolve(row?.setAside === undefined ? row : undefined);
    },
    revoked: async (id) => Promise.resolve(void revocations.delete(id)),
    async postpone(id, wait, why) {
      const row = revocations.get(id);
      if (row) Object.assign(row, { wait, why, attempts: row.attempts + 1 });
      return Promise.resolve();
    },
    setAside: async (id, why) =>
      Promise.resolve(void Object.assign(revocations.get(id) ?? {}, { setAside: why })),
    requeueOverdue: async () => Promise.resolve(0),
    prune: async () => Promise.resolve(),
    operatorState: async () =>
      Promise.resolve({ clients: {}, deliveries: [], revocations: { pending: 0, setAside: [] } }),
    lastEvents: async () => Promise.resolve({}),
    revocationState: async () => Promise.resolve({ pending: 0, setAside: [] }),
    ping: () => Promise.resolve(Date.now()),
  };
}
