// The limits of token requests to the millisecond, with a clock that only moves when told.
import { beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../../../test/harness/host.ts';
import { isFxaError } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { emptyRecord } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';
import { noteDenied, takeReplacement, throwIfDenied } from './token-limits.ts';

const HOUR = 3_600_000;

let now: number;
let record: ReturnType<typeof emptyRecord>;
let memory: Map<string, unknown>;
let context: Context;
beforeEach(() => {
  now = 0;
  record = emptyRecord('d');
  const host = createHost({ now: () => now });
  memory = host.memory;
  const update = (change: (before: typeof record) => typeof record) => {
    record = change(record);
    return Promise.resolve();
  };
  context = { ports: host.start().ports, deploymentName: 'd', store: { update } } as unknown as Context;
});

describe('replacements of refused tokens', () => {
  const takes = (scope = 'profile', age = 0) => takeReplacement(context, scope, { receivedAt: now - age });
  const takeAll = async (count = 5) => {
    for (let one = 0; one < count; one++) await takes();
  };
  const isRefused = (retryAfter: number) =>
    expect(takes()).rejects.toMatchObject({ code: 'rate_limited', reason: 'tokens_refused', retryAfter });

  it('are five at once, then one every twenty seconds', async () => {
    await takeAll();
    await isRefused(20);
    now = 10_000;
    await isRefused(10);
    now = 19_999;
    await isRefused(1);
    now = 20_000;
    await takes();
    await isRefused(20);
    // A fraction of another one isn't saved up.
    now = 50_000;
    await takes();
    await isRefused(20);
  });

  it('are no more than five after a long rest', async () => {
    await takeAll();
    now = HOUR;
    await takeAll();
    await isRefused(20);
  });

  it('aren’t refilled by a clock that was set back', async () => {
    await takeAll();
    now = -HOUR;
    await isRefused(20);
  });

  it('are counted by scope', async () => {
    await takeAll();
    await expect(takes('profile:email')).resolves.toBeUndefined();
  });

  it('aren’t counted for tokens that were a minute old, or that aren’t known', async () => {
    for (let call = 0; call < 9; call++) {
      await takes('profile', 60_000);
      await takeReplacement(context, 'profile', undefined);
    }
    await takeAll();
  });

  it('are counted for tokens just under a minute old', async () => {
    for (let call = 0; call < 5; call++) await takes('profile', 59_999);
    await isRefused(20);
  });

  it('add an entry to the journal when they run out, and another only after all were there again', async () => {
    await takeAll(4);
    expect(record.journal).toEqual([]);
    await takeAll(1);
    await isRefused(20);
    const entry = { from: 'signedOut', to: 'signedOut', why: 'tokens_refused' };
    expect(record.journal).toEqual([{ ...entry, at: 0 }]);
    now = 99_999;
    await takeAll(4);
    expect(record.journal).toHaveLength(1);
    now = 199_999;
    await takeAll();
    expect(record.journal).toEqual([
      { ...entry, at: 0 },
      { ...entry, at: now },
    ]);
  });

  it('are forgotten for scopes that weren’t asked for within the hour', async () => {
    await takes('profile:uid');
    now = 1;
    await takes('profile:email');
    now = HOUR;
    await takes();
    expect(Object.keys(memory.get('tokenLimits') as object)).toEqual(['d profile:email', 'd profile']);
  });
});

describe('a denied scope', () => {
  const session = { id: 's1' } as SignedIn;
  const isDenied = (scope = 'profile', id = 's1') =>
    throwIfDenied(context, { id } as SignedIn, scope).then(
      () => false,
      (error: unknown) => {
        if (!isFxaError(error) || error.code !== 'scope_denied') throw error;
        return true;
      },
    );

  it('isn’t asked for again for exactly an hour, also with a clock that was set back', async () => {
    await noteDenied(context, session, 'profile');
    for (const [at, denied] of [
      [0, true],
      [HOUR - 1, true],
      [HOUR, false],
      [1 - HOUR, true],
      [-HOUR, false],
    ] as const) {
      now = at;
      expect(await isDenied(), `at ${at}`).toBe(denied);
    }
  });

  it('is denied to one session, and no other scope is', async () => {
    await noteDenied(context, session, 'profile');
    expect(await isDenied('profile', 's2')).toBe(false);
    expect(await isDenied('profile:email')).toBe(false);
  });

  it('stays denied when a token is replaced, and gives no replacements back', async () => {
    const refused = { receivedAt: 0 };
    await noteDenied(context, session, 'profile');
    for (let call = 0; call < 5; call++) await takeReplacement(context, 'profile', refused);
    expect(await isDenied()).toBe(true);
    await noteDenied(context, session, 'profile');
    await expect(takeReplacement(context, 'profile', refused)).rejects.toMatchObject({ retryAfter: 20 });
  });
});
