// What each step does to the backup of grants, and when it leaves it alone.
import { beforeEach, describe, expect, it } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import type { Context } from '../context.ts';
import type { BackedUpGrant } from '../ports.ts';
import { compareBackup, detectLostRecord, readBackup, updateBackup, withBackup } from './grant-backup.ts';
import { emptyRecord, type Revocation, type StoredRecord } from './record.ts';
import type { Session } from './states.ts';
import { revocation } from '../testing/stored.ts';

const issuer = 'https://accounts.example';
const empty = emptyRecord(`${issuer} client`);
const entry = (refreshTokenId: string, more: Partial<Revocation> = {}) =>
  revocation({ refreshTokenId, issuer, ...more });
const queued = (...outbox: Revocation[]): StoredRecord => ({ ...empty, outbox });
const signedIn = (refreshTokenId: string, more: object = {}): StoredRecord => {
  const grant = { refreshTokenId, scope: 'profile', ...more };
  const session: Session = { status: 'signedIn', id: 's1', since: 1, account: { subject: 'ada' }, grant };
  return { ...empty, session };
};

let host: Host;
let context: Context;
let record: StoredRecord;
let written: number;
let missing: unknown[];
beforeEach(() => {
  [record, written, missing] = [empty, 0, []];
  host = createHost({ now: () => 5 });
  host.onCall = (when, call) => {
    if (when === 'after' && call === 'grantBackup.change') written += 1;
  };
  const store = {
    read: () => Promise.resolve(record),
    update: (change: (before: StoredRecord) => StoredRecord) => Promise.resolve((record = change(record))),
    setMissingRecord: (found: unknown) => missing.push(found),
  };
  context = { ports: host.start().ports, config: { issuer }, store } as unknown as Context;
});

describe('after a write of the record, the backup', () => {
  const backedUp = async (before: StoredRecord, after: StoredRecord) => {
    await updateBackup(context, { before, after });
    return host.backup;
  };

  it('isn’t written when the grants are the same', async () => {
    for (const same of [
      signedIn('a'),
      signedIn('a', { revokedByToken: true, sealed: { refreshToken: 's' } }),
      queued(entry('a'), entry('b', { revokedByToken: { sealed: 's' } })),
    ])
      await backedUp(same, structuredClone(same));
    expect(written).toBe(0);
  });

  it('is written when another session replaces one', async () => {
    host.backup = [{ refreshTokenId: 'a', issuer, live: true }];
    expect(await backedUp(signedIn('a'), signedIn('b'))).toEqual([
      { refreshTokenId: 'b', issuer, live: true },
    ]);
  });

  it('is written when the session’s grant goes into the outbox', async () => {
    host.backup = [{ refreshTokenId: 'a', issuer, live: true }];
    expect(await backedUp(signedIn('a'), queued(entry('a')))).toEqual([{ refreshTokenId: 'a', issuer }]);
  });

  it('is written when a grant is revoked by another token', async () => {
    const revokedByToken = { sealed: 'next' };
    const before = queued(entry('a', { revokedByToken: { sealed: 'first' } }));
    expect(await backedUp(before, queued(entry('a', { revokedByToken })))).toEqual([
      { refreshTokenId: 'a', issuer, revokedByToken },
    ]);
  });
});

it('a grant that was backed up before is backed up once', async () => {
  host.backup = [
    { refreshTokenId: 'a', issuer: 'https://other.example' },
    { refreshTokenId: 'b', issuer },
  ];
  expect(await withBackup(context, entry('a'), () => Promise.resolve('written'))).toBe('written');
  expect(host.backup).toEqual([
    { refreshTokenId: 'b', issuer },
    { refreshTokenId: 'a', issuer },
  ]);
});

it('a backup that can’t be read is an empty one', async () => {
  host.keyless = true;
  expect(await readBackup(context)).toEqual([]);
});

describe('a missing record', () => {
  it('isn’t lost when nothing is backed up', async () => {
    await detectLostRecord(context, 9);
    expect(missing).toEqual([]);
  });

  it.each<[what: string, backup: BackedUpGrant[], signedIn: boolean]>([
    [
      'someone was signed in, if one of its grants was live',
      [
        { refreshTokenId: 'a', issuer, live: true, missing: { starts: 1, since: 7 } },
        { refreshTokenId: 'b', issuer, missing: { starts: 1, since: 3 } },
      ],
      true,
    ],
    [
      'nobody was signed in, if none was',
      [
        { refreshTokenId: 'a', issuer, missing: { starts: 1, since: 3 } },
        { refreshTokenId: 'b', issuer },
      ],
      false,
    ],
  ])('is lost since its first grant is missing; %s', async (_what, backup, isSignedIn) => {
    host.backup = backup;
    await detectLostRecord(context, 9);
    expect(missing).toEqual([{ at: 3, signedIn: isSignedIn }]);
  });
});

describe('a grant that the record doesn’t name', () => {
  const starts = async (times: number) => {
    for (let start = 0; start < times; start++) {
      host.memory.clear();
      await compareBackup(context, 9);
    }
  };

  it('goes into the outbox at the second start, with what revokes it', async () => {
    const revokedByToken = { sealed: 's' };
    host.backup = [{ refreshTokenId: 'a', issuer: 'https://other.example', live: true, revokedByToken }];
    await starts(1);
    expect(record).toBe(empty);
    expect(host.backup).toEqual([{ ...host.backup[0], missing: { starts: 1, since: 9 } }]);
    await starts(1);
    const expected = entry('a', { issuer: 'https://other.example', revokedByToken, since: 5 });
    expect(record.outbox).toStrictEqual([expected]);
  });

  it('goes into the outbox without what a later version wrote, for which it would wait', async () => {
    host.backup = [{ refreshTokenId: 'a', issuer, of: 'later' } as BackedUpGrant];
    await starts(2);
    expect(record.outbox).toStrictEqual([entry('a', { since: 5 })]);
  });

  it('stays out of the outbox when the record names it again just then', async () => {
    host.backup = [{ refreshTokenId: 'a', issuer, missing: { starts: 1, since: 3 } }];
    const back = queued(entry('a'));
    host.onCall = (when, call) => {
      if (when === 'after' && call === 'grantBackup.change') record = back;
    };
    await starts(1);
    expect(record).toBe(back);
  });
});
