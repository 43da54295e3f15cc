// News of an account that arrive while a question about one of its tokens is under way.
import { describe, expect, it } from 'vitest';
import { checking, described, later, nameOf, OTHER_UID, problem, TOKEN, UID } from './testing/fakes.ts';

const live = () => Response.json(described());
const dead = () => Response.json({ active: false });
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A question that is on its way to Mozilla accounts until `resolve` gives its answer. */
async function asked(world = checking()) {
  const { promise, resolve } = later<Response>();
  world.accounts.answer = () => promise;
  const answer = world.check(TOKEN);
  await expect.poll(() => world.accounts.asked.length).toBe(1);
  return { ...world, answer, resolve };
}

it('an answer of before is asked for again, and it is the new one that counts', async () => {
  const { answer, resolve, evict, accounts } = await asked();
  evict(nameOf(UID), 0);
  accounts.answer = dead;
  resolve(live());
  expect((await problem(answer)).status).toBe(401);
  expect(accounts.asked).toHaveLength(2);
});

it('who comes after the news and joins the question gets the new answer too', async () => {
  const { answer, resolve, evict, accounts, check } = await asked();
  evict(nameOf(UID), 0);
  const late = check(TOKEN);
  accounts.answer = dead;
  resolve(live());
  expect((await problem(late)).status).toBe(401);
  expect((await problem(answer)).status).toBe(401);
  expect(accounts.asked).toHaveLength(2);
});

it('the same when everything may have changed', async () => {
  const { answer, resolve, evictAll, accounts } = await asked();
  evictAll();
  accounts.answer = dead;
  resolve(live());
  expect((await problem(answer)).status).toBe(401);
});

it('and for a question that is put anew on purpose', async () => {
  const world = checking();
  const { promise, resolve } = later<Response>();
  world.accounts.answer = () => promise;
  const answer = world.check(TOKEN, { fresh: true });
  await expect.poll(() => world.accounts.asked.length).toBe(1);
  world.evict(nameOf(UID), 0);
  world.accounts.answer = dead;
  resolve(live());
  expect((await problem(answer)).status).toBe(401);
});

it('news of somebody else change nothing', async () => {
  const { answer, resolve, evict, accounts, check } = await asked();
  evict(nameOf(OTHER_UID), 0);
  resolve(live());
  expect(await answer).toMatchObject({ uid: UID });
  await check(TOKEN);
  expect(accounts.asked).toHaveLength(1);
});

describe('news that never stop', () => {
  it('do not keep the answer back for ever, but it is not kept', async () => {
    const { answer, resolve, evict, accounts, check } = await asked();
    accounts.answer = () => {
      evict(nameOf(UID), 0);
      return live();
    };
    evict(nameOf(UID), 0);
    resolve(live());
    expect(await answer).toMatchObject({ uid: UID });
    expect(accounts.asked).toHaveLength(3);
    accounts.answer = dead;
    expect((await problem(check(TOKEN))).status).toBe(401);
  });
});

it('a question that fails leaves the way free for the next', async () => {
  const { answer, resolve, accounts, check } = await asked();
  resolve(new Response('', { status: 502 }));
  expect((await problem(answer)).status).toBe(503);
  await tick();
  accounts.answer = live;
  expect(await check(TOKEN)).toMatchObject({ uid: UID });
});
