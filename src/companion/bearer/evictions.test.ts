import { describe, expect, it } from 'vitest';
import { accountKey, accountName } from '../clients.ts';
import { createRevokedBefore, createEvictionLog, LONGEST_LIFE } from './evictions.ts';
import { client, NOW, SECRET, UID } from './testing/fakes.ts';

it('names an account by the first half of its key', () => {
  const key = accountKey(SECRET, client(), UID);
  expect(accountName(key)).toMatch(/^[\w-]{22}$/);
  expect(Buffer.from(accountName(key), 'base64url')).toEqual(key.subarray(0, 16));
});

describe('the eviction log', () => {
  it('knows which accounts were recorded after a position', () => {
    const log = createEvictionLog();
    log.record('ada');
    const position = log.position();
    log.record('lin');
    expect([log.recordedSince(position, 'ada'), log.recordedSince(position, 'lin')]).toEqual([false, true]);
    expect(log.recordedSince(log.position(), 'lin')).toBe(false);
  });

  it('reports every account after recordAll', () => {
    const log = createEvictionLog();
    const position = log.position();
    log.recordAll();
    expect(log.recordedSince(position, 'ada')).toBe(true);
    expect(log.recordedSince(log.position(), 'ada')).toBe(false);
  });

  it('errs on the safe side about entries it had to drop', () => {
    const log = createEvictionLog(2);
    const before = log.position();
    log.record('ada');
    const after = log.position();
    log.record('lin');
    log.record('noor');
    expect(log.recordedSince(before, 'ada')).toBe(true);
    expect(log.recordedSince(after, 'ada')).toBe(false);
  });
});

describe('revokedBefore', () => {
  const made = (most?: number) => {
    const clock = { now: NOW };
    return { clock, revokedBefore: createRevokedBefore(() => clock.now, most) };
  };

  it('revokes only tokens issued more than a second before the instant', () => {
    const { revokedBefore } = made();
    revokedBefore.end('ada', NOW);
    expect([NOW - 1001, NOW - 1000, NOW].map((at) => revokedBefore.isRevoked('ada', at))).toEqual([
      true,
      false,
      false,
    ]);
    expect(revokedBefore.isRevoked('lin', 0)).toBe(false);
  });

  it('keeps the latest instant, whatever the order of calls', () => {
    const { revokedBefore } = made();
    revokedBefore.end('ada', NOW);
    revokedBefore.end('ada', NOW - 5000);
    expect(revokedBefore.isRevoked('ada', NOW - 1001)).toBe(true);
  });

  it('remembers an instant for the maximum lifetime of a token', () => {
    const { revokedBefore, clock } = made();
    revokedBefore.end('ada', NOW);
    clock.now += LONGEST_LIFE;
    expect(revokedBefore.isRevoked('ada', NOW - 1001)).toBe(true);
    clock.now += 1;
    expect(revokedBefore.isRevoked('ada', NOW - 1001)).toBe(false);
  });

  it('keeps the latest instant while the clock is ahead for a while', () => {
    const { revokedBefore, clock } = made();
    revokedBefore.end('ada', NOW);
    clock.now += LONGEST_LIFE + 3_600_000;
    revokedBefore.end('ada', NOW - 3_600_000);
    clock.now = NOW + 60_000;
    expect(revokedBefore.isRevoked('ada', NOW - 1_800_000)).toBe(true);
  });

  it('is bounded in size', () => {
    const { revokedBefore } = made(2);
    for (const account of ['ada', 'lin', 'noor']) revokedBefore.end(account, NOW);
    revokedBefore.end('nobody', 0);
    expect(['ada', 'lin', 'noor'].map((account) => revokedBefore.isRevoked(account, 0))).toEqual([
      false,
      true,
      true,
    ]);
  });
});
