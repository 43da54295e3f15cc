import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FxaError } from '../../fxa/errors.ts';
import type { SessionService } from '../../session/index.ts';

const BUILD = {
  environment: 'local',
  issuer: 'https://own.example',
  clientId: 'own',
  scope: 'profile',
} as const;
const CHOICE = { issuer: 'https://other.example', clientId: '0123456789abcdef' };
const stored = { get: vi.fn(), set: vi.fn() };
const restart = vi.fn();
vi.mock('../config.ts', () => ({ build: BUILD }));
vi.mock('../browser/ports/storage.ts', () => ({ localArea: () => stored }));
vi.mock('../browser/background/runtime.ts', () => ({ restart }));
const { switchServer, configuration } = await import('./switch-server.ts');

const refused = new FxaError('storage_unavailable', 'No.');
/** What was done, in its order. */
let done: string[];
/** Whether somebody is signed in. */
let signedIn: boolean;

const session = {
  signOut: () => {
    done.push(signedIn ? 'signOut' : 'nobody');
    signedIn = false;
    return Promise.resolve();
  },
  drain: () => Promise.resolve(void done.push('drain')),
} as unknown as SessionService;

beforeEach(() => {
  done = [];
  signedIn = true;
  stored.get.mockReset().mockResolvedValue(undefined);
  stored.set
    .mockReset()
    .mockImplementation((items) => Promise.resolve(void done.push(JSON.stringify(items))));
  restart.mockReset().mockImplementation(() => void done.push('restart'));
});

describe('the server the background works for', () => {
  it.each([undefined, null, 'x', { issuer: 'nonsense' }])('is its own where %j is stored', async (found) => {
    stored.get.mockResolvedValue(found);
    expect(await configuration()).toEqual(BUILD);
  });

  it('is the one that is chosen, also where the browser refuses to tell at first', async () => {
    stored.get.mockRejectedValueOnce(refused).mockResolvedValue(CHOICE);
    expect(await configuration()).toMatchObject(CHOICE);
  });

  it('is none at all while the browser goes on refusing: nothing is done for the wrong one', async () => {
    stored.get.mockRejectedValue(refused);
    await expect(configuration()).rejects.toBe(refused);
  });
});

describe('turning to another server', () => {
  it('signs out and waits for that to arrive before anything starts anew', async () => {
    await switchServer(session, JSON.stringify({ ...CHOICE, more: 1 }));
    expect(done.slice(0, 3)).toEqual(['signOut', 'drain', JSON.stringify({ server: CHOICE })]);
    expect(done.at(-1)).toBe('restart');
  });

  it('goes back to its own', async () => {
    await switchServer(session, '');
    expect(done).toContain(JSON.stringify({ server: null }));
  });

  it('takes nobody along who signed in meanwhile', async () => {
    stored.set.mockImplementation(() => {
      signedIn = true;
      done.push('signed in');
      return Promise.resolve();
    });
    await switchServer(session, JSON.stringify(CHOICE));
    expect(done.slice(-4)).toEqual(['signed in', 'signOut', 'drain', 'restart']);
  });

  it.each(['x', '{}', JSON.stringify({ ...CHOICE, issuer: 'http://other.example' })])(
    'changes nothing for %s',
    async (choice) => {
      await expect(switchServer(session, choice)).rejects.toMatchObject({
        code: 'misconfigured',
      });
      expect([done, signedIn]).toEqual([[], true]);
    },
  );
});
