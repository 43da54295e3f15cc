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

describe('an outbox', () => {
  it('within its bounds is left as it is', () => {
    const small = record([grant('old', { since: 0 }), grant('often', { attempts: 99 })]);
    expect(pruneOutbox(small, now)).toBe(small);
  });

  it('gives up what is both old and often tried, and says so in the journal', () => {
    const { outbox, journal } = pruneOutbox(
      record([grant('hopeless', { since: now - 91 * DAY, attempts: 30 }), grant('new')]),
      now,
    );
    expect(outbox.map(({ refreshTokenId }) => refreshTokenId)).toEqual(['new']);
    expect(journal).toEqual([{ at: now, from: 'signingIn', to: 'signingIn', why: 'revocations_too_old' }]);
  });

  it('gives up the oldest of too many, but never what is in use', () => {
    const used = grant('used', { owner: 'a1' });
    const many = Array.from({ length: MAX_REVOCATIONS + 5 }, (_, index) => grant(`g${index}`));
    const { outbox, journal } = pruneOutbox(record([used, ...many]), now);
    expect(outbox).toHaveLength(MAX_REVOCATIONS + 1);
    expect(outbox).toContain(used);
    expect(outbox[1]?.refreshTokenId).toBe('g5');
    expect(journal.at(-1)?.why).toBe('revocations_too_many');
  });
});

describe('what can be saved of a broken record', () => {
  const id = 'ab'.repeat(32);

  it('are the ids of grants, wherever they lie', () => {
    const broken = { x: [{ refreshTokenId: id }], session: { grant: { refreshTokenId: 'cd'.repeat(32) } } };
    expect(recoverGrantIds(broken, 'i')).toEqual([
      { refreshTokenId: id, issuer: 'i' },
      { refreshTokenId: 'cd'.repeat(32), issuer: 'i' },
    ]);
  });

  it('are destroyed where they were granted', () => {
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
