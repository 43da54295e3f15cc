import { expect, it } from 'vitest';
import type { LiveSession } from '../store.ts';
import { accountState, entityTag, noneMatchNames } from './responses.ts';

const SESSION: LiveSession = {
  status: 'live',
  account: Buffer.from('account'),
  clientId: 'a1b2c3d4e5f60001',
  sealedUid: Buffer.from('sealed'),
  revision: 3,
  metrics: true,
  metricsReadAt: 1_000_000,
  subscriptions: { vpn: true, relay: false },
  freshUntil: 2_000_000,
};

it('returns the members of the contract and nothing else of the row', () => {
  expect(accountState(SESSION)).toEqual({
    revision: 3,
    metrics: true,
    metricsUntil: 87_400_000,
    subscriptions: { relay: false, vpn: true },
  });
  expect(accountState({ ...SESSION, metrics: false })).not.toHaveProperty('metricsUntil');
});

it('serializes the same state to the same bytes', () => {
  const turned = { ...SESSION, subscriptions: { relay: false, vpn: true } };
  expect(JSON.stringify(accountState(turned))).toBe(JSON.stringify(accountState(SESSION)));
});

it.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['"b",W/"a"', true],
  [' * ', true],
  ['"b"', false],
  ['"b, a"', false],
  ['a', false],
  ['"*"', false],
  ['', false],
  [undefined, false],
])('If-None-Match: %s', (header, names) => {
  expect(noneMatchNames(header, '"a"')).toBe(names);
});

it('gives different bodies different ETags', () => {
  expect(entityTag('{}')).toMatch(/^"[\w-]{43}"$/);
  expect(entityTag('{}')).not.toBe(entityTag('{ }'));
});
