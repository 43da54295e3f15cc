// What the windows of attempts do, step by step, with a browser that opens and closes them when told.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createHost, type Host } from '../../../test/harness/host.ts';
import { FxaError } from '../../fxa/errors.ts';
import type { Ports } from '../ports.ts';
import { createAuthWindows, type AuthWindows } from './auth-window.ts';

let now: number;
let host: Host;
let ports: Ports;
let windows: AuthWindows;
let closed: number[];
let focused: number[];
let launches: ((callback: string) => void)[];
beforeEach(() => {
  now = 1_000_000;
  [closed, focused, launches] = [[], [], []];
  host = createHost({ now: () => now });
  const authWindow = {
    redirectUri: '',
    launch: () => new Promise<string>((resolve) => launches.push(resolve)),
    close: (id: number) => {
      closed.push(id);
      return windows.removed(id);
    },
    focus: (id: number) => Promise.resolve(focused.push(id) > 0),
  };
  ports = { ...host.start().ports, authWindow };
  windows = createAuthWindows(ports);
});

const { signal } = new AbortController();
async function launched(owner: string): Promise<{ ended: Promise<string> }> {
  const before = launches.length;
  const ended = windows.open('https://accounts.example/', owner, signal);
  await expect.poll(() => launches.length).toBe(before + 1);
  return { ended };
}

it('a window is coming from its launch until it appears', async () => {
  expect(await windows.isComing()).toBe(false);
  await launched('a1');
  expect([await windows.isComing(), await windows.show()]).toEqual([true, false]);
  await windows.created(7);
  expect([await windows.isComing(), await windows.show()]).toEqual([false, true]);
  expect([focused, closed]).toEqual([[7], []]);
});

it('a window that no launch opened is neither shown nor closed', async () => {
  await windows.created(7);
  await windows.removed(7);
  await windows.dismiss();
  expect([await windows.show(), await windows.isComing()]).toEqual([false, false]);
  await launched('a1');
  await windows.created(8);
  await windows.created(9);
  await windows.removed(9);
  expect(await windows.show()).toBe(true);
  expect([focused, closed]).toEqual([[8], []]);
});

it('a window that was closed is forgotten', async () => {
  await launched('a1');
  await windows.removed(7);
  expect(await windows.isComing()).toBe(true);
  await windows.created(7);
  await windows.removed(7);
  expect(await windows.show()).toBe(false);
});

it('a dismissed window is closed and forgotten', async () => {
  await launched('a1');
  await windows.created(7);
  await windows.dismiss();
  expect(await windows.show()).toBe(false);
  expect(closed).toEqual([7]);
});

it('a window that is dismissed before it appears is closed when it does', async () => {
  await launched('a1');
  await windows.dismiss();
  expect(closed).toEqual([]);
  await windows.created(7);
  expect(closed).toEqual([7]);
});

it('a launch that is over is forgotten, but not the one after it', async () => {
  const first = await launched('a1');
  await launched('a2');
  launches[0]?.('first');
  expect(await first.ended).toBe('first');
  await windows.waitUntilClosed(AbortSignal.timeout(50)).catch(() => undefined);
  expect(await windows.isComing()).toBe(true);
  launches[1]?.('second');
  await expect.poll(() => windows.isComing()).toBe(false);
});

it('nothing is launched when the attempt is cancelled while the launch is stored', async () => {
  const cancel = new AbortController();
  host.onCall = (when, call) => {
    if (when === 'after' && call === 'memory.set authWindow') cancel.abort(new FxaError('cancelled', ''));
  };
  await expect(windows.open('https://accounts.example/', 'a1', cancel.signal)).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect([launches.length, await windows.isComing()]).toEqual([0, false]);
});

describe('waiting for the window of a background that died', () => {
  let waited: Promise<unknown>;
  let isOver: boolean;
  let cancel: AbortController;
  beforeEach(async () => {
    await launched('a1');
    windows = createAuthWindows(ports);
    [isOver, cancel] = [false, new AbortController()];
    waited = windows.waitUntilClosed(cancel.signal).finally(() => (isOver = true));
    waited.catch(() => undefined);
    await aWhile();
    expect(isOver).toBe(false);
  });
  const aWhile = () => new Promise((resolve) => setTimeout(resolve, 150));

  it('ends when it appeared and was closed', async () => {
    await windows.created(7);
    await waited;
    expect(closed).toEqual([7]);
  });

  it('ends after five seconds, for it won’t come any more', async () => {
    now += 5000;
    await aWhile();
    expect(isOver).toBe(false);
    now += 1;
    await waited;
  });

  it('ends when the attempt is cancelled', async () => {
    cancel.abort(new FxaError('cancelled', ''));
    await expect(waited).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends as busy when it takes too long', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    await expect(windows.waitUntilClosed(signal)).rejects.toMatchObject({ code: 'busy' });
    expect(timeout).toHaveBeenCalledWith(30_000);
    timeout.mockRestore();
  });
});
