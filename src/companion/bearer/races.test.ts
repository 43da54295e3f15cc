// News of an account that arrive while a question about one of its tokens is under way.
import { describe, expect, it } from 'vitest';
import { checking, described, deferred, nameOf, OTHER_UID, problem, TOKEN, UID } from './testing/fakes.ts';

const live = () => Response.json(described());
const dead = () => Response.json({ active: false });
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A question that is on its way to Mozilla accounts until `resolve` gives its answer. */
async function asked(setup = checking()) {
  const { promise, resolve } = deferred<Response>();
  setup.accounts.answer = () => promise;
  const answer = setup.check(TOKEN);
  await expect.poll(() => setup.accounts.asked.length).toBe(1);
  return { ...setup, answer, resolve };
}

it('a lookup that raced with an eviction is repeated, and the new answer counts', async () => {
  const { answer, resolve, evict, accounts } = await asked();
  evict(nameOf(UID), 0);
  accounts.answer = dead;
  resolve(live());
  expect((await problem(answer)).status).toBe(401);
  expect(accounts.asked).toHaveLength(2);
});

it('a check that joins after the eviction gets the new answer too', async () => {
  const { answer, resolve, evict, accounts, check } = await asked();
  evict(nameOf(UID), 0);
  const late = check(TOKEN);
  accounts.answer = dead;
  resolve(live());
  expect((await problem(late)).status).toBe(401);
  expect((await problem(answer)).status).toBe(401);
  expect(accounts.asked).toHaveLength(2);
});

it('an eviction of everything has the same effect', async () => {
  const { answer, resolve, evictAll, accounts } = await asked();
  evictAll();
  accounts.answer = dead;
  resolve(live());
  expect((await problem(answer)).status).toBe(401);
});

it('a fresh check is repeated as well', async () => {
  const setup = checking();
  const { promise, resolve } = deferred<Response>();
  setup.accounts.answer = () => promise;
  const answer = setup.check(TOKEN, { fresh: true });
  await expect.poll(() => setup.accounts.asked.length).toBe(1);
  setup.evict(nameOf(UID), 0);
  setup.accounts.answer = dead;
  resolve(live());
  expect((await problem(answer)).status).toBe(401);
});

it('an eviction of another account changes nothing', async () => {
  const { answer, resolve, evict, accounts, check } = await asked();
  evict(nameOf(OTHER_UID), 0);
  resolve(live());
  expect(await answer).toMatchObject({ uid: UID });
  await check(TOKEN);
  expect(accounts.asked).toHaveLength(1);
});

describe('evictions that never stop', () => {
  it('delay the answer only for a few attempts, and it is not cached', async () => {
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

it('a failed lookup does not block the next', async () => {
  const { answer, resolve, accounts, check } = await asked();
  resolve(new Response('', { status: 502 }));
  expect((await problem(answer)).status).toBe(503);
  await tick();
  accounts.answer = live;
  expect(await check(TOKEN)).toMatchObject({ uid: UID });
});

it('while deaf every check asks, as does the first one after that', async () => {
  let isDeaf = false;
  const { check, accounts, evictAll } = checking({ isDeaf: () => isDeaf });
  await check(TOKEN);
  isDeaf = true;
  await Promise.all([check(TOKEN), check(TOKEN)]);
  expect(accounts.asked).toHaveLength(3);
  isDeaf = false;
  evictAll();
  await Promise.all([check(TOKEN), check(TOKEN)]);
  expect(accounts.asked).toHaveLength(4);
});
