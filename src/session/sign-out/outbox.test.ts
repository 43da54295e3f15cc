// One pass of the outbox: what it sends and in which order, what it keeps, and when it wants to be woken.
import { beforeEach, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import type { Context } from '../context.ts';
import { emptyRecord, type CachedToken, type Revocation, type StoredRecord } from '../state/record.ts';
import { ALARMS, LOCKS } from '../state/storage-items.ts';
import { cachedToken, revocation } from '../testing/stored.ts';
import { drainOutbox } from './outbox.ts';

const issuer = 'http://127.0.0.1:9';
const now = 1_000_000;
const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const entry = (refreshTokenId: string, more: Partial<Revocation> = {}) =>
  revocation({ refreshTokenId, issuer, since: now, ...more });
const token = (name: string, more: Partial<CachedToken> = {}) =>
  cachedToken({ token: name, issuer, owner: 'over', receivedAt: now, expiresAt: now + 3_600_000, ...more });

let host: Host;
let record: StoredRecord;
let tokens: readonly CachedToken[];
let sent: string[];
let calls: string[];
let answer: () => Response;
let diskFull: boolean;
beforeEach(() => {
  diskFull = false;
  [record, tokens, sent, calls] = [emptyRecord(`${issuer} client`), [], [], []];
  answer = () => Response.json({});
  host = createHost({
    fetch: (_url, init) => {
      sent.push(String(init?.body));
      return Promise.resolve(answer());
    },
    now: () => now,
  });
  host.onCall = (when, call) => {
    if (when === 'before') calls.push(call.split(' ')[0] ?? '');
  };
});

async function runPass(dialect: object = {}): Promise<void> {
  const { ports } = host.start();
  const store = {
    read: () => Promise.resolve(record),
    tokens: () => Promise.resolve(tokens),
    update: (change: (before: StoredRecord) => StoredRecord, { orInMemory = false } = {}) => {
      const after = change(record);
      if (after !== record && diskFull && !orInMemory) return Promise.reject(new Error('The disk is full.'));
      return Promise.resolve((record = after));
    },
    updateTokens: (change: (before: typeof tokens) => typeof tokens) =>
      Promise.resolve((tokens = change(tokens))),
  };
  const endpoints = { ...mockServerEndpoints(issuer), ...dialect };
  await drainOutbox({
    ports,
    store,
    config: { issuer, companion: { origin: issuer } },
    metricsDeployment: 'here',
    deployment: () => Promise.resolve({ name: 'local', clientId: 'client', endpoints }),
    http: () => ({ fetch: ports.fetch, now: ports.now }),
  } as unknown as Context);
}
const ids = () => record.outbox.map(({ refreshTokenId }) => refreshTokenId);
const alarm = () => host.alarms.get(ALARMS.outbox);

it('grants go before tokens; those of another server, or in use, stay', async () => {
  const foreign = { issuer: 'https://other.example' };
  const attempt = { id: 'a1', startedAt: 1, phase: 'window', via: 'window' } as const;
  const session = { status: 'signingIn', attempt, previous: { status: 'signedOut' } } as const;
  record = { ...record, session, outbox: [entry(a), entry(b, foreign), entry(c, { owner: 'a1' })] };
  tokens = [token('one'), token('two', foreign), token('three', { owner: 'a1' })];
  await runPass();
  expect(sent).toHaveLength(2);
  expect(sent[0]).toContain(a);
  expect(sent[1]).toContain('one');
  expect(ids()).toEqual([b, c]);
  expect(tokens.map((cached) => cached.token)).toEqual(['two', 'three']);
  expect(alarm()).toBeUndefined();
});

it('an alarm is set before anything is sent, and none for an empty outbox', async () => {
  await runPass();
  expect(calls).not.toContain('alarms.set');
  record = { ...record, outbox: [entry(a)] };
  let at: number | undefined;
  answer = () => {
    at = alarm();
    return Response.json({});
  };
  await runPass();
  expect(at).toBe(now + 30_000);
  expect(alarm()).toBeUndefined();
  at = undefined;
  host.local.set('companion', { s1: { session: `sealed:${btoa('token')}`, origin: issuer } });
  host.local.set('metrics', { deletionPending: ['s1'], deployment: 'here' });
  await runPass();
  expect(at).toBe(now + 30_000);
});

it('a grant is removed when it is destroyed, also with a full disk', async () => {
  record = { ...record, outbox: [entry(a)] };
  diskFull = true;
  await runPass();
  expect([sent.length, ids()]).toEqual([1, []]);
});

it('only a grant whose token a running refresh may replace waits for the refresh', async () => {
  const { locks } = host.start().ports;
  let pass: Promise<void> | undefined;
  await locks.exclusive(LOCKS.refresh, async () => {
    record = { ...record, outbox: [entry(a)] };
    tokens = [token('one')];
    await runPass();
    expect(sent).toHaveLength(2);
    record = { ...record, outbox: [entry(b, { revokedByToken: { sealed: `sealed:${btoa('token')}` } })] };
    pass = runPass({ dialect: 'oauth2' });
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent).toHaveLength(2);
  });
  await pass;
  expect(sent).toHaveLength(3);
});

it('an item is sent when it is due within ten seconds; the alarm is for the first of the others', async () => {
  const at = (seconds: number) => ({ attempts: 1, notBefore: now + seconds * 1000 });
  record = { ...record, outbox: [entry(a, at(10)), entry(b, at(90)), entry(c, at(60))] };
  await runPass();
  expect(ids()).toEqual([b, c]);
  expect(alarm()).toBe(now + 60_000);
  record = { ...record, outbox: [entry(a, at(11))] };
  await runPass();
  expect(alarm()).toBe(now + 30_000);
});

it.each([
  ['ends with a server that is down', 503, 1],
  ['goes on after an item that is refused', 400, 2],
])('a pass %s, and the item is tried again later', async (_what, status, count) => {
  record = { ...record, outbox: [entry(a), entry(b)] };
  answer = () => Response.json({ code: status, errno: 999 }, { status });
  await runPass();
  expect(sent).toHaveLength(count);
  expect(record.outbox.map(({ attempts }) => attempts)).toEqual([1, count - 1]);
  expect(alarm()).toBeGreaterThanOrEqual(now + 30_000);
});

it('a token that a server refuses to destroy is tried again later, alone', async () => {
  tokens = [token('one'), token('two', { owner: 'over' })];
  let answers = 0;
  answer = () => (answers++ ? Response.json({}) : Response.json({ errno: 999 }, { status: 400 }));
  await runPass();
  expect(tokens).toEqual([token('one', { attempts: 1, notBefore: expect.any(Number) as number })]);
});

it('a grant whose revoking token is lost is dropped with an entry in the journal, and nothing is sent', async () => {
  record = {
    ...record,
    outbox: [entry(a, { revokedByToken: {}, session: 's1' }), entry(b, { issuer: 'x' })],
  };
  await runPass({ dialect: 'oauth2' });
  expect([sent, ids()]).toEqual([[], [b]]);
  expect(record.journal).toEqual([{ at: now, from: 'signedOut', to: 'signedOut', why: 'revocations_lost' }]);
});

it('an entry that was removed since the pass began is not sent', async () => {
  record = { ...record, outbox: [entry(a), entry(b), entry(c)] };
  answer = () => {
    record = { ...record, outbox: record.outbox.filter(({ refreshTokenId }) => refreshTokenId !== b) };
    return Response.json({});
  };
  await runPass();
  expect(sent).toHaveLength(2);
  expect(ids()).toEqual([]);
});

it('an entry that may be of the grant of an attempt that began since is neither sent nor removed', async () => {
  const revokedByToken = { sealed: `sealed:${btoa('token')}` };
  record = { ...record, outbox: [entry(a, { revokedByToken }), entry(b, { revokedByToken })] };
  const attempt = { id: 'a1', startedAt: 1, phase: 'finishing', via: 'window' } as const;
  answer = () => {
    record = { ...record, session: { status: 'signingIn', attempt, previous: { status: 'signedOut' } } };
    return Response.json({});
  };
  await runPass({ dialect: 'oauth2' });
  expect(sent).toHaveLength(1);
  expect(ids()).toEqual([b]);
});

it('tokens that a live session no longer uses are left to expire, except at FxA', async () => {
  const grant = { refreshTokenId: a, scope: 'profile', revokedByToken: true } as const;
  const account = { subject: 'ada' };
  record = { ...record, session: { status: 'signedIn', id: 's1', since: 1, account, grant } };
  tokens = [token('one', { owner: '' }), token('two')];
  await runPass({ dialect: 'oauth2' });
  expect([sent, tokens]).toEqual([[], [token('two')]]);
  record = { ...record, session: { status: 'signedOut' } };
  await runPass({ dialect: 'oauth2' });
  tokens = [token('three', { owner: '' })];
  await runPass();
  expect(sent).toEqual([expect.stringContaining('two'), expect.stringContaining('three')]);
  expect(tokens).toEqual([]);
});

it('at a server that revokes nothing, grants wait for a while, and access tokens expire', async () => {
  record = { ...record, outbox: [entry(a)] };
  tokens = [token('one')];
  await runPass({ dialect: 'oauth2', destroy: undefined });
  expect(sent).toEqual([]);
  expect(record.outbox).toMatchObject([{ refreshTokenId: a, attempts: 1 }]);
  expect(tokens).toEqual([]);
});
