import { beforeEach, expect, it, vi } from 'vitest';
import type { View } from '../../../session/state/view.ts';
import { OUT } from '../../testing.ts';

type Listener = (changes: Record<string, { newValue?: unknown }>) => void;
const storage = { get: vi.fn(), listeners: [] as Listener[] };
const memory = { get: vi.fn(() => Promise.resolve({})), listeners: [] as Listener[] };

vi.mock('../api.ts', () => ({
  browser: {
    storage: {
      local: {
        get: (key: string): unknown => storage.get(key),
        onChanged: { addListener: (listener: Listener) => storage.listeners.push(listener) },
      },
      session: {
        get: () => memory.get(),
        onChanged: { addListener: (listener: Listener) => memory.listeners.push(listener) },
      },
    },
  },
}));
const { watchView } = await import('./storage.ts');

const signedIn: View = { ...OUT, status: 'signedIn' };

beforeEach(() => {
  storage.listeners = [];
  memory.listeners = [];
  memory.get.mockReset().mockResolvedValue({});
});

async function statusesShown(stored: unknown, ...changes: unknown[]): Promise<string[]> {
  const seen: string[] = [];
  storage.get.mockImplementation(() => Promise.resolve(stored));
  await watchView((view) => seen.push(view.problem?.code ?? view.status));
  for (const newValue of changes) for (const listener of storage.listeners) listener({ view: { newValue } });
  return seen;
}

it('shows the signed-out view when nothing is stored', async () => {
  expect(await statusesShown({})).toEqual(['signedOut']);
});

it('shows the stored view and its changes', async () => {
  expect(await statusesShown({ view: signedIn }, { ...signedIn, status: 'needsReauth' })).toEqual([
    'signedIn',
    'needsReauth',
  ]);
});

it('waits for a new view instead of showing one of another version as signed out', async () => {
  expect(await statusesShown({ view: { version: 2, status: 'signedIn' } })).toEqual([]);
  expect(await statusesShown({ view: { version: 2, status: 'signedIn' } }, signedIn)).toEqual(['signedIn']);
  expect(await statusesShown({ view: null })).toEqual([]);
});

it('reports storage that the browser refuses to read', async () => {
  const refused: string[] = [];
  storage.get.mockImplementation(() => Promise.reject(new Error('disk full')));
  await watchView((view) => refused.push(view.problem?.code ?? view.status));
  expect(refused).toEqual(['storage_unavailable']);
});

it('shows an unsaved view while it is kept in memory', async () => {
  const signingIn: View = { ...OUT, status: 'signingIn' };
  memory.get.mockResolvedValue({ unwritten: { view: { ...OUT, unsaved: true } } });
  const seen: unknown[] = [];
  storage.get.mockResolvedValue({ view: signingIn });
  await watchView(({ status, unsaved }) => seen.push([status, unsaved]));
  for (const listener of memory.listeners) listener({ unwritten: { newValue: null } });
  for (const listener of memory.listeners)
    listener({ unwritten: { newValue: { view: { ...signedIn, unsaved: true } } } });
  expect(seen).toEqual([
    ['signedOut', true],
    ['signingIn', undefined],
    ['signedIn', true],
  ]);
});

it('shows the stored view when session storage fails', async () => {
  memory.get.mockRejectedValue(new Error('no'));
  expect(await statusesShown({ view: signedIn })).toEqual(['signedIn']);
});
