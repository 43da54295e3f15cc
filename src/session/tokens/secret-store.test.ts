// Where secrets are stored, what finds them again, and what is deleted, function by function.
import { beforeEach, describe, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import type { Context } from '../context.ts';
import { emptyRecord, type Revocation, type StoredRecord } from '../state/record.ts';
import type { SignedIn, StoredGrant } from '../state/states.ts';
import { revocation } from '../testing/stored.ts';
import * as secrets from './secret-store.ts';

const issuer = 'https://accounts.example';
const other = 'https://other.example';
const sealed = (secret: string) => `sealed:${btoa(secret)}`;

let host: Host;
let ports: Context['ports'];
let context: Context;
let record: StoredRecord;
let writes: number;
beforeEach(() => {
  host = createHost();
  ports = host.start().ports;
  record = emptyRecord(`${issuer} client`);
  writes = 0;
  host.onCall = (when, call) => {
    if (when === 'before' && call.startsWith('memory.set')) writes += 1;
  };
  context = { ports, config: { issuer }, store: { read: () => Promise.resolve(record) } } as Context;
});

const inMemory = () => host.memory.get('secrets');
const session = (grant: Partial<StoredGrant> = {}): SignedIn => ({
  status: 'signedIn',
  id: 's1',
  since: 1,
  account: { subject: 'ada' },
  grant: { refreshTokenId: 'id', scope: 'profile', ...grant },
});
const entry = (more: Partial<Revocation> = {}) => revocation({ issuer, ...more });

describe('new secrets', () => {
  const save = () => secrets.saveSecrets(context, 's1', { refreshToken: 'token', keys: 'keys' });
  const kept = { s1: { refreshToken: 'token', keys: 'keys', issuer } };

  it('are sealed, and not in memory', async () => {
    expect(await save()).toEqual({ sealed: { refreshToken: sealed('token'), keys: sealed('keys') } });
    expect(await secrets.saveSecrets(context, 's2', { refreshToken: 'token' })).toStrictEqual({
      sealed: { refreshToken: sealed('token') },
    });
    expect(inMemory()).toBeUndefined();
  });

  it.each(['setting', 'policy'])('stay in memory by %s', async (by) => {
    if (by === 'policy') host.policy = { ...host.policy, sessionOnly: true };
    else record = { ...record, settings: { sessionOnly: true } };
    expect(await save()).toEqual({});
    expect(inMemory()).toEqual(kept);
  });

  it('stay in memory where they can’t be sealed, beside those of others', async () => {
    host.keyless = true;
    const another = { s2: { refreshToken: 'another', issuer } };
    host.memory.set('secrets', another);
    expect(await save()).toEqual({ keyNotKept: true });
    expect(inMemory()).toEqual({ ...another, ...kept });
  });
});

describe('another refresh token', () => {
  const replace = (location: secrets.SecretLocation) =>
    secrets.replaceRefreshToken(context, 's1', location, 'next');
  const before = { s1: { refreshToken: 'token', keys: 'keys', issuer } };
  const after = { s1: { refreshToken: 'next', keys: 'keys', issuer } };

  it('is sealed where the first one was, beside the keys', async () => {
    expect(await replace({ sealed: { refreshToken: sealed('token'), keys: 'k' } })).toEqual({
      sealed: { refreshToken: sealed('next'), keys: 'k' },
    });
    expect(inMemory()).toBeUndefined();
  });

  it('is stored in memory where it can’t be sealed any more', async () => {
    host.keyless = true;
    expect(await replace({ sealed: { refreshToken: sealed('token') } })).toEqual({ keyNotKept: true });
    expect(inMemory()).toEqual({ s1: { refreshToken: 'next', issuer } });
  });

  it.each<secrets.SecretLocation>([{}, { keyNotKept: true }])(
    'stays in memory, beside the keys, with %j',
    async (location) => {
      host.memory.set('secrets', before);
      expect(await replace(location)).toEqual(location);
      expect(inMemory()).toEqual(after);
    },
  );
});

describe('a secret', () => {
  it('is opened where it is', async () => {
    host.memory.set('secrets', { s1: { refreshToken: 'in memory', issuer } });
    const onDisk = session({ sealed: { refreshToken: sealed('on disk') } });
    expect(await secrets.openSecret(context, onDisk, 'refreshToken')).toBe('on disk');
    expect(await secrets.openSecret(context, onDisk, 'keys')).toBeUndefined();
    expect(await secrets.openSecret(context, session(), 'refreshToken')).toBe('in memory');
    expect(await secrets.openSecret(context, session(), 'keys')).toBeUndefined();
  });

  it.each([
    undefined,
    {},
    { s2: { refreshToken: 'a', issuer } },
    { s1: { refreshToken: 'a', issuer: other } },
  ])('isn’t found in %j', async (stored) => {
    host.memory.set('secrets', stored);
    expect(await secrets.openSecret(context, session(), 'refreshToken')).toBeUndefined();
  });

  it('is missing for the reason that its place gives', () => {
    const { lossReason } = secrets;
    expect(lossReason(session({ sealed: { refreshToken: 's' }, keyNotKept: true }).grant)).toBe('key_lost');
    expect(lossReason(session({ keyNotKept: true }).grant)).toBe('keys_not_kept');
    expect(lossReason(session().grant)).toBe('session_only');
  });
});

describe('a move', () => {
  /** Moves the secrets of this session, and resolves with the events it dispatches. */
  async function move(grant: Partial<StoredGrant>, after?: Partial<StoredRecord>): Promise<object[]> {
    const dispatched: object[] = [];
    record = { ...record, session: session(grant) };
    const dispatch = ({ type, ...event }: { type: string }) => {
      dispatched.push(event);
      return Promise.resolve({ after: { ...record, ...after } });
    };
    await secrets.moveSecrets({ ...context, store: { ...context.store, dispatch } } as unknown as Context);
    return dispatched;
  }
  const onDisk = { sealed: { refreshToken: sealed('token'), keys: sealed('keys') } };
  const stored = { s1: { refreshToken: 'token', issuer } };
  const toMemory = () => {
    record = { ...record, settings: { sessionOnly: true } };
  };

  it('to memory takes token and keys', async () => {
    toMemory();
    expect(await move(onDisk)).toStrictEqual([{ sessionId: 's1' }]);
    expect(inMemory()).toEqual({ s1: { ...stored.s1, keys: 'keys' } });
  });

  it('to memory of a session that has ended meanwhile leaves nothing there', async () => {
    toMemory();
    await move(onDisk, { session: { status: 'signedOut' } });
    expect(inMemory()).toEqual({});
  });

  it('to disk takes token and keys', async () => {
    host.memory.set('secrets', { s1: { ...stored.s1, keys: 'keys' } });
    expect(await move({ keyNotKept: true })).toEqual([{ sessionId: 's1', ...onDisk }]);
    expect(inMemory()).toEqual({});
  });

  it('isn’t made where the secrets are already, nor of a lost token', async () => {
    expect(await move(onDisk)).toEqual([]);
    expect(await move({})).toEqual([]);
    toMemory();
    host.memory.set('secrets', stored);
    expect(await move({})).toEqual([]);
    expect(writes).toBe(0);
  });
});

describe('deleting secrets', () => {
  const token = (name: string) => ({ refreshToken: name, issuer });
  const all = { s1: { ...token('one'), keys: 'k' }, s2: { ...token('two'), keys: 'k' }, a1: token('three') };
  beforeEach(() => host.memory.set('secrets', all));

  it('leaves those of others alone', async () => {
    await secrets.deleteSecrets(context, 's3');
    expect(writes).toBe(0);
    await secrets.deleteSecrets(context, 's1');
    expect(inMemory()).toEqual({ s2: all.s2, a1: all.a1 });
  });

  it('leaves the tokens that revoke grants, without the keys', async () => {
    record = {
      ...record,
      outbox: [
        entry({ revokedByToken: {}, session: 's1', owner: 's2' }),
        entry({ revokedByToken: { sealed: 's' }, session: 's2' }),
        entry({ revokedByToken: {}, owner: 'a1' }),
        entry({ session: 's2' }),
      ],
    };
    for (const owner of ['s1', 's2', 'a1']) await secrets.deleteSecrets(context, owner);
    expect(inMemory()).toEqual({ s1: token('one'), a1: token('three') });
  });

  it('of ended sessions and attempts leaves those of the live one', async () => {
    record = { ...record, session: session() };
    await secrets.deleteOrphanedSecrets(context);
    expect(inMemory()).toEqual({ s1: all.s1 });
  });
});

describe('the token that revokes a grant', () => {
  const open = (more: Partial<Revocation>) => secrets.openRevokingToken(context, entry(more));

  it('is opened where it is', async () => {
    host.memory.set('secrets', { s1: { refreshToken: 'one', issuer }, a1: { refreshToken: 'two', issuer } });
    expect(await open({ revokedByToken: { sealed: sealed('on disk') }, session: 's1' })).toBe('on disk');
    expect(await open({ revokedByToken: {}, session: 's1', owner: 'a1' })).toBe('one');
    expect(await open({ revokedByToken: {}, owner: 'a1' })).toBe('two');
  });

  it('isn’t one of another server, nor found where there is none', async () => {
    expect(await open({ revokedByToken: {}, session: 's1' })).toBeUndefined();
    host.memory.set('secrets', { s1: { refreshToken: 'one', issuer: other } });
    expect(await open({ revokedByToken: {}, session: 's1' })).toBeUndefined();
    expect(await open({ revokedByToken: {}, session: 's2' })).toBeUndefined();
    expect(await open({ revokedByToken: {}, session: 's1', issuer: other })).toBe('one');
  });
});

it('a token in memory is of a grant under every id that its form allows', async () => {
  const hex = 'ab'.repeat(32);
  host.memory.set('secrets', {
    s1: { refreshToken: hex, issuer },
    s2: { refreshToken: 'other', issuer: other },
  });
  const id = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
  expect(await secrets.grantsInMemory(context)).toStrictEqual([
    [
      { refreshTokenId: id, issuer, session: 's1' },
      { refreshTokenId: id, issuer, session: 's1', revokedByToken: {} },
    ],
    [{ refreshTokenId: id, issuer: other, session: 's2', revokedByToken: {} }],
  ]);
});

it('a browser keeps keys if it opens what it sealed', async () => {
  expect(await secrets.keepsKeys(ports)).toBe(true);
  const { vault } = ports;
  expect(
    await secrets.keepsKeys({ ...ports, vault: { ...vault, open: () => Promise.resolve('else') } }),
  ).toBe(false);
  host.keyless = true;
  expect(await secrets.keepsKeys(ports)).toBe(false);
});
