import { createHash } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { accountName } from '../clients.ts';
import type { LiveSession } from '../store.ts';
import { createSessionMemory, type SessionMemory } from './memory.ts';

const NOW = 1_000_000;
const hashOf = (name: string) => createHash('sha256').update(name).digest();
const sessionOf = (name: string): LiveSession => ({
  status: 'live',
  account: hashOf(name),
  clientId: 'a1b2c3d4e5f60001',
  sealedUid: Buffer.from('sealed'),
  revision: 3,
  metrics: false,
  metricsReadAt: 0,
  subscriptions: {},
  freshUntil: NOW + 1000,
});
const ADA = accountName(hashOf('ada'));
const LIN = accountName(hashOf('lin'));

let memory: SessionMemory;
let isDeaf: boolean;
const keep = (session: string, account: string, position = memory.position()) =>
  memory.keep(hashOf(session), sessionOf(account), `"${session}"`, position);
const known = (session: string, now = NOW) => memory.tagOf(hashOf(session), now);
beforeEach(() => {
  isDeaf = false;
  memory = createSessionMemory(() => isDeaf, 2);
  keep('laptop', 'ada');
});

it('knows a session until it would have to be read in any case', () => {
  expect(known('laptop', NOW + 999)).toBe('"laptop"');
  expect(known('other')).toBeUndefined();
  expect(known('laptop', NOW + 1000)).toBeUndefined();
  expect(known('laptop')).toBeUndefined();
});

it('forgets all sessions of an account that has changed, and no others', () => {
  keep('phone', 'ada');
  memory.evict(LIN);
  expect([known('laptop'), known('phone')]).toEqual(['"laptop"', '"phone"']);
  memory.evict(ADA);
  expect([known('laptop'), known('phone')]).toEqual([undefined, undefined]);
  keep('laptop', 'ada');
  expect(known('laptop')).toBe('"laptop"');
});

it('keeps nothing that was read before a change', () => {
  const position = memory.position();
  memory.evict(ADA);
  keep('laptop', 'ada', position);
  expect(known('laptop')).toBeUndefined();
  const next = memory.position();
  memory.evictAll();
  keep('laptop', 'ada', next);
  expect(known('laptop')).toBeUndefined();
});

it('forgets everything when changes may have been missed, or are too many to tell', () => {
  memory.evictAll();
  expect(known('laptop')).toBeUndefined();
  keep('laptop', 'ada');
  for (const other of ['1', '2', '3']) memory.evict(other);
  expect(known('laptop')).toBeUndefined();
});

it('answers nothing while deaf', () => {
  isDeaf = true;
  expect(known('laptop')).toBeUndefined();
});

it('forgets one session, or the one unused for longest', () => {
  keep('phone', 'ada');
  expect(known('laptop')).toBe('"laptop"');
  keep('desktop', 'lin');
  expect([known('laptop'), known('phone'), known('desktop')]).toEqual(['"laptop"', undefined, '"desktop"']);
  memory.forget(hashOf('laptop'));
  expect(known('laptop')).toBeUndefined();
});
