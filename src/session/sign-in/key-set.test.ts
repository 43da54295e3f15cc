// The lifetime of the cached key set to the millisecond, and key sets that servers rarely have.
import { expect, it } from 'vitest';
import { createHost } from '../../../test/harness/host.ts';
import type { Deployment } from '../../fxa/environments.ts';
import type { Context } from '../context.ts';
import { keptKeys } from './key-set.ts';

/** `ask` is the cache over a server that has these keys; `state` its clock, and how often the server was asked. */
function cacheOver(keys: readonly unknown[], cacheControl: string) {
  const state = { now: 0, asked: 0 };
  const { ports } = createHost({
    now: () => state.now,
    fetch: () => {
      state.asked += 1;
      return Promise.resolve(Response.json({ keys }, { headers: { 'cache-control': cacheControl } }));
    },
  }).start();
  const context = { ports, http: () => ports } as unknown as Context;
  const at = (jwks: string) => keptKeys(context, { endpoints: { jwks } } as Deployment);
  return { state, at, ask: at('https://accounts.example/v1/jwks') };
}

it.each(['max-age=60', 'public,max-age=60', 'public, max-age=60', 'Max-Age="60"', 'x-max-age=1, max-age=60'])(
  'the key set is kept for exactly a minute by %s',
  async (cacheControl) => {
    const { state, ask } = cacheOver([{ kid: 'one' }], cacheControl);
    for (const now of [0, 0, 59_999]) {
      state.now = now;
      await ask('one');
      expect(state.asked).toBe(1);
    }
    state.now = 60_000;
    await ask('one');
    expect(state.asked).toBe(2);
  },
);

it('the key set is fetched each time for a token that names no key', async () => {
  const { state, ask } = cacheOver([{}], 'max-age=60');
  await ask(undefined);
  await ask(undefined);
  expect(state.asked).toBe(2);
});

it('a key is found in a cached set with null beside it', async () => {
  const { state, ask } = cacheOver([null, { kid: 'one' }], 'max-age=60');
  await ask('one');
  await ask('one');
  expect(state.asked).toBe(1);
});

it('the key set of one server is not used for another', async () => {
  const { state, at, ask } = cacheOver([{ kid: 'one' }], 'max-age=60');
  await ask('one');
  await at('https://other.example/v1/jwks')('one');
  expect(state.asked).toBe(2);
});

it('the key set is fetched again after the clock was set back', async () => {
  const { state, ask } = cacheOver([{ kid: 'one' }], 'max-age=60');
  state.now = 1000;
  await ask('one');
  state.now = 999;
  await ask('one');
  expect(state.asked).toBe(2);
});
