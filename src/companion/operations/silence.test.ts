import * as v from 'valibot';
import { expect, it } from 'vitest';
import { createEventAges, expectedEvents, silentClients } from './silence.ts';

const NOW = 1_800_000_000_000;
const CLIENTS = [
  { clientId: 'a', name: 'notes' },
  { clientId: 'b', name: 'notes-chromium' },
  { clientId: 'c', name: 'test' },
];
const parse = (text: string) => v.parse(expectedEvents, text);

it('reads times with and without a unit, for all clients and by name', () => {
  expect([...parse('90')]).toEqual([['', 90]]);
  expect([...parse('6h, notes=2m notes-chromium=7d,test=0')]).toEqual([
    ['', 21_600],
    ['notes', 120],
    ['notes-chromium', 604_800],
    ['test', 0],
  ]);
});

it.each(['often', '6 h', '-1', '1w', 'notes=', 'Notes=6h', '6h=notes'])('refuses %j as a time', (text) => {
  expect(v.safeParse(expectedEvents, text).success).toBe(false);
});

it('counts silence from the last event, or since the client is known where none is', async () => {
  let now = NOW;
  let asked = 0;
  const ages = createEventAges({
    store: {
      lastEvents: () => {
        asked += 1;
        return Promise.resolve({
          a: { since: 0, at: NOW - 3_600_000 },
          b: { since: NOW - 60_000, at: null },
          c: { since: 0, at: NOW - 90_000_000 },
        });
      },
    },
    clients: CLIENTS,
    expected: parse('1h,test=0'),
    now: () => now,
  });
  const silent = async () => silentClients(await ages());
  expect(await ages()).toEqual([
    { client: 'notes', lastAt: NOW - 3_600_000, age: 3600, expectedEvery: 3600 },
    { client: 'notes-chromium', lastAt: undefined, age: 60, expectedEvery: 3600 },
    { client: 'test', lastAt: NOW - 90_000_000, age: 90_000, expectedEvery: undefined },
  ]);
  expect(await silent()).toEqual([]);
  now += 1000;
  expect(await silent()).toEqual(['notes']);
  expect(asked).toBe(1);
  now += 3_600_000;
  expect(await silent()).toEqual(['notes', 'notes-chromium']);
  expect(asked).toBe(2);
});
