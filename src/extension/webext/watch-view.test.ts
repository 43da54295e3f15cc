import { beforeEach, expect, it, vi } from 'vitest';
import type { View } from '../../session/view.ts';
import { OUT } from '../testing.ts';

type Listener = (changes: Record<string, { newValue?: unknown }>) => void;
const storage = { get: vi.fn(), listeners: [] as Listener[] };

vi.mock('./browser.ts', () => ({
  browser: {
    storage: {
      local: {
        get: (key: string): unknown => storage.get(key),
        onChanged: { addListener: (listener: Listener) => storage.listeners.push(listener) },
      },
    },
  },
}));
const { watchView } = await import('./watch-view.ts');

const signedIn: View = { ...OUT, status: 'signedIn' };

beforeEach(() => {
  storage.listeners = [];
});

async function shown(stored: unknown, ...changes: unknown[]): Promise<string[]> {
  const seen: string[] = [];
  storage.get.mockImplementation(() => Promise.resolve(stored));
  await watchView((view) => seen.push(view.problem?.code ?? view.status));
  for (const newValue of changes) for (const listener of storage.listeners) listener({ view: { newValue } });
  return seen;
}

it('nothing stored is nobody', async () => {
  expect(await shown({})).toEqual(['signedOut']);
});

it('shows what is stored, and what it becomes', async () => {
  expect(await shown({ view: signedIn }, { ...signedIn, status: 'needsReauth' })).toEqual([
    'signedIn',
    'needsReauth',
  ]);
});

it('never shows somebody as signed out whose view another version wrote: it waits for the new one', async () => {
  expect(await shown({ view: { version: 2, status: 'signedIn' } })).toEqual([]);
  expect(await shown({ view: { version: 2, status: 'signedIn' } }, signedIn)).toEqual(['signedIn']);
  expect(await shown({ view: null })).toEqual([]);
});

it('says so when the browser refuses its storage', async () => {
  const refused: string[] = [];
  storage.get.mockImplementation(() => Promise.reject(new Error('disk full')));
  await watchView((view) => refused.push(view.problem?.code ?? view.status));
  expect(refused).toEqual(['storage_unavailable']);
});
