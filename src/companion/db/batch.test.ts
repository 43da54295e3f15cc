import { describe, expect, it } from 'vitest';
import { batched } from './batch.ts';

/** A writer whose batches end when they are told to. */
function pausedWriter(limit = 100, gather = 0) {
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const write = batched<number>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, end: (error) => (error ? reject(error) : resolve()) });
      }),
    { size: 3, limit, gather, separable: (error) => (error as Error).message === 'one of them' },
  );
  return { batches, write };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('batched', () => {
  it('writes the first item at once, and those that arrive meanwhile in ordered batches of limited size', async () => {
    const { batches, write } = pausedWriter();
    const all = [1, 2, 3, 4, 5].map((item) => write(item));
    expect(batches.map(({ items }) => items)).toEqual([[1]]);
    for (let n = 0; n < 3; n += 1) {
      batches[n]?.end();
      await tick();
    }
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4], [5]]);
    await Promise.all(all);
    void write(6);
    expect(batches.at(-1)?.items).toEqual([6]);
  });

  it('resolves no item before its batch is written', async () => {
    const { batches, write } = pausedWriter();
    let answered = false;
    const one = write(1).then(() => (answered = true));
    await tick();
    expect(answered).toBe(false);
    batches[0]?.end();
    await one;
    expect(answered).toBe(true);
  });

  it('retries items individually when one may be at fault, and rejects only that one', async () => {
    const tried: (readonly number[])[] = [];
    const write = batched<number>(
      (items) => {
        tried.push(items);
        return items.includes(3) ? Promise.reject(new Error('3 is bad')) : Promise.resolve();
      },
      { size: 10, limit: 10, gather: 0, separable: () => true },
    );
    const results = await Promise.allSettled([1, 2, 3, 4].map((item) => write(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(tried).toEqual([[1], [2, 3, 4], [2], [3], [4]]);
  });

  it('rejects the whole batch on a server error, and continues with the next', async () => {
    const { batches, write } = pausedWriter();
    const all = [1, 2, 3, 4, 5].map((item) =>
      write(item).catch((error: unknown) => (error as Error).message),
    );
    batches[0]?.end();
    await tick();
    batches[1]?.end(new Error('no server'));
    await tick();
    batches[2]?.end();
    expect(await Promise.all(all)).toEqual([undefined, 'no server', 'no server', 'no server', undefined]);
    expect(batches).toHaveLength(3);
  });

  it('waits for as many items as arrived together recently, up to the limit', async () => {
    const { batches, write } = pausedWriter(100, 30);
    const all = [1, 2, 3].map((item) => write(item));
    batches[0]?.end();
    await tick();
    expect(batches).toHaveLength(1);
    all.push(write(4));
    await tick();
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
    batches[1]?.end();
    await tick();
    all.push(write(5));
    await tick();
    expect(batches).toHaveLength(2);
    await expect.poll(() => batches.length).toBe(3);
    batches[2]?.end();
    await Promise.all(all);
  });

  it('writes a single item without waiting', async () => {
    const { batches, write } = pausedWriter(100, 60_000);
    for (const item of [1, 2]) {
      const one = write(item);
      expect(batches).toHaveLength(item);
      batches.at(-1)?.end();
      await one;
      await tick();
    }
  });

  it('rejects with queue_full when too many items wait', async () => {
    const { batches, write } = pausedWriter(2);
    const all = [1, 2, 3].map((item) => write(item));
    await expect(write(4)).rejects.toMatchObject({ code: 'queue_full' });
    batches[0]?.end();
    await tick();
    batches[1]?.end();
    await Promise.all(all);
  });
});
