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
vi.mock('../browser/ports/basics.ts', () => ({ localArea: () => stored, restart }));
const { switchServer, configuration } = await import('./switch-server.ts');

const refused = new FxaError('storage_unavailable', 'No.');
/** The calls, in order. */
let done: string[];
/** Whether a user is signed in. */
let signedIn: boolean;

const session = {
  signOut: () => {
    done.push(signedIn ? 'signOut' : 'signedOut');
    signedIn = false;
    return Promise.resolve();
  },
  drainOutbox: () => Promise.resolve(void done.push('drain')),
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

describe('configuration', () => {
  it.each([undefined, null, 'x', { issuer: 'nonsense' }])(
    'is the built-in one when %j is stored',
    async (found) => {
      stored.get.mockResolvedValue(found);
      expect(await configuration()).toEqual(BUILD);
    },
  );

  it('is the stored one, even if the first read fails', async () => {
    stored.get.mockRejectedValueOnce(refused).mockResolvedValue(CHOICE);
    expect(await configuration()).toMatchObject(CHOICE);
  });

  it('fails while storage cannot be read, instead of using the wrong server', async () => {
    stored.get.mockRejectedValue(refused);
    await expect(configuration()).rejects.toBe(refused);
  });
});

describe('switchServer', () => {
  it('signs out and waits for revocations before restarting', async () => {
    await switchServer(session, JSON.stringify({ ...CHOICE, more: 1 }));
    expect(done.slice(0, 3)).toEqual(['signOut', 'drain', JSON.stringify({ server: CHOICE })]);
    expect(done.at(-1)).toBe('restart');
  });

  it('returns to the built-in server', async () => {
    await switchServer(session, '');
    expect(done).toContain(JSON.stringify({ server: null }));
  });

  it('signs out a user who signed in meanwhile', async () => {
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
