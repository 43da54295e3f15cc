import { describe, expect, it } from 'vitest';
import { accountKey } from '../clients.ts';
import { createEndings, createEvictionLog, evictionKey, LONGEST_LIFE } from './evictions.ts';
import { client, NOW, SECRET, UID } from './testing/fakes.ts';

it('names an account by the first half of its key', () => {
  const key = accountKey(SECRET, client(), UID);
  expect(evictionKey(key)).toMatch(/^[\w-]{22}$/);
  expect(Buffer.from(evictionKey(key), 'base64url')).toEqual(key.subarray(0, 16));
});

describe('the log', () => {
  it('knows who was heard of after a mark', () => {
    const log = createEvictionLog();
    log.hear('ada');
    const mark = log.mark();
    log.hear('lin');
    expect([log.heardSince(mark, 'ada'), log.heardSince(mark, 'lin')]).toEqual([false, true]);
    expect(log.heardSince(log.mark(), 'lin')).toBe(false);
  });

  it('knows that it may have missed something', () => {
    const log = createEvictionLog();
    const mark = log.mark();
    log.hearAll();
    expect(log.heardSince(mark, 'ada')).toBe(true);
    expect(log.heardSince(log.mark(), 'ada')).toBe(false);
  });

  it('is in doubt, rather than wrong, about what it had to forget', () => {
    const log = createEvictionLog(2);
    const before = log.mark();
    log.hear('ada');
    const after = log.mark();
    log.hear('lin');
    log.hear('noor');
    expect(log.heardSince(before, 'ada')).toBe(true);
    expect(log.heardSince(after, 'ada')).toBe(false);
  });
});

describe('endings', () => {
  const made = (most?: number) => {
    const clock = { now: NOW };
    return { clock, endings: createEndings(() => clock.now, most) };
  };

  it('are over for what was issued more than a second before, and for nothing else', () => {
    const { endings } = made();
    endings.end('ada', NOW);
    expect([NOW - 1001, NOW - 1000, NOW].map((at) => endings.isOver('ada', at))).toEqual([
      true,
      false,
      false,
    ]);
    expect(endings.isOver('lin', 0)).toBe(false);
  });

  it('only ever grow, in whatever order they are heard of', () => {
    const { endings } = made();
    endings.end('ada', NOW);
    endings.end('ada', NOW - 5000);
    expect(endings.isOver('ada', NOW - 1001)).toBe(true);
  });

  it('are remembered for as long as a token of before could live', () => {
    const { endings, clock } = made();
    endings.end('ada', NOW);
    clock.now += LONGEST_LIFE - 1;
    expect(endings.isOver('ada', NOW - 1001)).toBe(true);
    clock.now += 1;
    expect(endings.isOver('ada', NOW - 1001)).toBe(false);
  });

  it('are bounded', () => {
    const { endings } = made(2);
    for (const account of ['ada', 'lin', 'noor']) endings.end(account, NOW);
    endings.end('nobody', 0);
    expect(['ada', 'lin', 'noor'].map((account) => endings.isOver(account, 0))).toEqual([false, true, true]);
  });
});
