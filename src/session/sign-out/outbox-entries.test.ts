import { describe, expect, it } from 'vitest';
import { emptyRecord, type Revocation, type StoredRecord } from '../state/record.ts';
import { pruneOutbox, MAX_REVOCATIONS, recoverGrantIds } from './outbox-entries.ts';

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
    const small = record([grant('old', { since: 0 }), grant('often', { attempts: 99 })]);
    expect(pruneOutbox(small, now)).toBe(small);
  });

  it('drops entries that are both old and often tried, and adds that to the journal', () => {
    const { outbox, journal } = pruneOutbox(
      record([grant('hopeless', { since: now - 91 * DAY, attempts: 30 }), grant('new')]),
      now,
    );
    expect(outbox.map(({ refreshTokenId }) => refreshTokenId)).toEqual(['new']);
    expect(journal).toEqual([{ at: now, from: 'signingIn', to: 'signingIn', why: 'revocations_too_old' }]);
  });

  it('drops the oldest of too many entries, but never one in use', () => {
    const used = grant('used', { owner: 'a1' });
    const many = Array.from({ length: MAX_REVOCATIONS + 5 }, (_, index) => grant(`g${index}`));
    const { outbox, journal } = pruneOutbox(record([used, ...many]), now);
    expect(outbox).toHaveLength(MAX_REVOCATIONS + 1);
    expect(outbox).toContain(used);
    expect(outbox[1]?.refreshTokenId).toBe('g5');
    expect(journal.at(-1)?.why).toBe('revocations_too_many');
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

  it.each([undefined, null, 'text', 7, { refreshTokenId: 7 }, { refreshTokenId: 'short' }, { other: id }])(
    'is nothing of %j',
    (broken) => {
      expect(recoverGrantIds(broken, 'i')).toEqual([]);
    },
  );
});
