import { describe, expect, it } from 'vitest';
import { emptyRecord, type Revocation, type StoredRecord } from '../state/record.ts';
import type { Session } from '../state/states.ts';
import {
  MAX_REVOCATIONS,
  mayShareGrant,
  pruneOutbox,
  queueLiveGrant,
  recoverGrantIds,
  revocation,
  waitsForSession,
} from './outbox-entries.ts';

const DAY = 86_400_000;
const now = 1000 * DAY;
const grant = (name: string, more: Partial<Revocation> = {}): Revocation => ({
  refreshTokenId: name,
  issuer: 'i',
  since: now,
  attempts: 0,
  notBefore: 0,
  ...more,
});
const signedIn = (more: object = {}): Session => ({
  status: 'signedIn',
  id: 's1',
  since: 1,
  account: { subject: 'ada' },
  grant: { refreshTokenId: 'live', scope: 'profile', ...more },
});
const signingIn = (phase: 'window' | 'finishing', previous = signedIn()) =>
  ({ status: 'signingIn', attempt: { id: 'a1', startedAt: 1, phase, via: 'window' }, previous }) as Session;
const record = (outbox: readonly Revocation[]): StoredRecord => ({
  ...emptyRecord('d'),
  session: {
    status: 'signingIn',
    attempt: { id: 'a1', startedAt: 1, phase: 'finishing', via: 'window' },
    previous: { status: 'signedOut' },
  },
  outbox,
});

describe('pruneOutbox', () => {
  it('leaves an outbox within its limits unchanged', () => {
    const small = record([
      grant('old', { since: 0, attempts: 29 }),
      grant('often', { since: now - 90 * DAY, attempts: 99 }),
      grant('in use', { since: 0, attempts: 99, owner: 'a1' }),
      grant('of a later version', { since: 0, attempts: 99, how: 'new' } as object),
    ]);
    expect(pruneOutbox(small, now)).toBe(small);
  });

  it('drops entries that are both old and often tried, and adds that to the journal', () => {
    const { outbox, journal } = pruneOutbox(
      record([grant('hopeless', { since: now - 91 * DAY, attempts: 30, owner: 'over' }), grant('new')]),
      now,
    );
    expect(outbox.map(({ refreshTokenId }) => refreshTokenId)).toEqual(['new']);
    expect(journal).toEqual([{ at: now, from: 'signingIn', to: 'signingIn', why: 'revocations_too_old' }]);
  });

  it('drops the oldest of too many entries, but never one in use or of a later version', () => {
    const used = grant('used', { owner: 'a1' });
    const newer = grant('of a later version', { how: 'new' } as object);
    const many = Array.from({ length: MAX_REVOCATIONS + 5 }, (_, index) => grant(`g${index}`));
    const { outbox, journal } = pruneOutbox(record([used, newer, ...many]), now);
    expect(outbox).toEqual([used, newer, ...many.slice(5)]);
    expect(journal.at(-1)?.why).toBe('revocations_too_many');
  });
});

it('a revocation is due at once, and names the attempt or session it belongs to', () => {
  const of = { refreshTokenId: 'a', issuer: 'i', revokedByToken: { sealed: 's' }, owner: 'a1' };
  expect(revocation(of, now)).toStrictEqual(grant('a', of));
});

describe('queueLiveGrant', () => {
  const next = record([grant('before')]);

  it('adds nothing for a record without a session', () => {
    expect(queueLiveGrant(next, emptyRecord('i client'), now)).toBe(next);
  });

  it.each([
    ['its id', {}, {}],
    [
      'its sealed token',
      { revokedByToken: true, sealed: { refreshToken: 'sealed' } },
      { revokedByToken: { sealed: 'sealed' }, account: 'ada' },
    ],
    ['its token in memory', { revokedByToken: true }, { revokedByToken: {}, account: 'ada' }],
  ])('adds a session’s grant that is revoked by %s', (_what, more, expected) => {
    const live = { ...emptyRecord('i client'), session: signedIn(more) };
    const entry = { ...grant('live'), session: 's1', ...expected };
    expect(queueLiveGrant(next, live, now)).toStrictEqual({ ...next, outbox: [...next.outbox, entry] });
  });
});

describe('revoking another token', () => {
  const shared = signedIn({ revokedByToken: true });

  it.each<[what: string, session: Session, account: string | undefined, may: boolean]>([
    ['may end a session of the same account', shared, 'ada', true],
    ['may end a session where its account is unknown', shared, undefined, true],
    ['may end the session beneath an attempt', signingIn('window', shared), 'ada', true],
    ['may end what an attempt is about to become', signingIn('finishing'), 'bob', true],
    ['can’t end a session of another account', shared, 'bob', false],
    ['can’t end a session whose grant has an id', signedIn(), 'ada', false],
    ['can’t end the session beneath an attempt, if its grant has an id', signingIn('window'), 'ada', false],
    ['can’t end anything after a sign-out', { status: 'signedOut' }, 'ada', false],
  ])('%s', (_what, session, account, may) => {
    expect(mayShareGrant(session, account)).toBe(may);
    expect(waitsForSession(session, { ...(account !== undefined && { account }), revokedByToken: {} })).toBe(
      may,
    );
    expect(waitsForSession(session, {})).toBe(false);
  });
});

describe('recoverGrantIds', () => {
  const id = 'ab'.repeat(32);

  it('finds the ids of grants anywhere in a broken record', () => {
    const broken = { x: [{ refreshTokenId: id }], session: { grant: { refreshTokenId: 'cd'.repeat(32) } } };
    expect(recoverGrantIds(broken, 'i')).toEqual([
      { refreshTokenId: id, issuer: 'i' },
      { refreshTokenId: 'cd'.repeat(32), issuer: 'i' },
    ]);
  });

  it('keeps the issuer of each grant it finds', () => {
    const broken = {
      deployment: 'https://accounts.example client',
      session: { grant: { refreshTokenId: id } },
      outbox: [{ refreshTokenId: 'cd'.repeat(32), issuer: 'https://other.example' }],
    };
    expect(recoverGrantIds(broken, 'i').map(({ issuer }) => issuer)).toEqual([
      'https://accounts.example',
      'https://other.example',
    ]);
  });

  it('takes the issuer it is told where the record names none', () => {
    const broken = { deployment: 7, session: { issuer: 7, refreshTokenId: id } };
    expect(recoverGrantIds(broken, 'i')).toEqual([{ refreshTokenId: id, issuer: 'i' }]);
  });

  it.each([
    ['of an entry', { revokedByToken: { sealed: 's' } }, { sealed: 's' }],
    ['of a session', { revokedByToken: true, sealed: { refreshToken: 's' } }, { sealed: 's' }],
    ['in memory, for an entry', { revokedByToken: {} }, {}],
    ['in memory, for a session', { revokedByToken: true }, {}],
    ['lost, for an entry', { revokedByToken: null }, {}],
    ['lost, for a session', { revokedByToken: true, sealed: null }, {}],
    ['of no text', { revokedByToken: { sealed: 7 } }, {}],
    ['that isn’t needed', { revokedByToken: false, sealed: { refreshToken: 's' } }, undefined],
  ])('finds the revoking token %s', (_where, members, revokedByToken) => {
    expect(recoverGrantIds({ refreshTokenId: id, ...members }, 'i')).toStrictEqual([
      { refreshTokenId: id, issuer: 'i', ...(revokedByToken && { revokedByToken }) },
    ]);
  });

  it.each([
    undefined,
    null,
    'text',
    7,
    { refreshTokenId: 7 },
    { refreshTokenId: [id] },
    { refreshTokenId: 'short' },
    { refreshTokenId: `${id}0` },
    { refreshTokenId: `0${id}` },
    { other: id },
  ])('is nothing of %j', (broken) => {
    expect(recoverGrantIds(broken, 'i')).toEqual([]);
  });
});
