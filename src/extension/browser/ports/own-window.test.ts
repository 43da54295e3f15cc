import { beforeEach, describe, expect, it, vi } from 'vitest';

type Listener = (value: never) => void;
const created = new Set<Listener>();
const windows = { created: new Set<Listener>(), removed: new Set<Listener>(), get: vi.fn() };
const eventOf = (listeners: Set<Listener>) => ({
  addListener: (listener: Listener) => listeners.add(listener),
  removeListener: (listener: Listener) => listeners.delete(listener),
});
const runtime: Record<string, unknown> = { getPlatformInfo: () => Promise.resolve({}) };
vi.mock('../api.ts', () => ({
  browser: {
    runtime,
    tabs: { onCreated: eventOf(created) },
    windows: {
      onCreated: eventOf(windows.created),
      onRemoved: eventOf(windows.removed),
      get: (id: number): unknown => windows.get(id),
    },
  },
}));
const { forgetNewTabs, isMadeForLaunch, openedAtAnswer, watchForWindow } = await import('./own-window.ts');

const AT = 1_000_000;

describe('in Chromium, the tab of a launch', () => {
  it.each([
    ['made for it at once', { lastAccessed: AT + 2.5 }, {}, true],
    ['made for it before it was cancelled', { lastAccessed: AT + 2.5 }, { cancelledAt: AT + 900 }, true],
    ['of a page that opened it', { lastAccessed: AT + 2.5, openerTabId: 7 }, {}, false],
    ['made before it', { lastAccessed: AT - 50 }, {}, false],
    [
      'made while the browser was slow to receive it',
      { lastAccessed: AT + 700 },
      { receivedAt: AT + 710 },
      true,
    ],
    ['made when it had long received it', { lastAccessed: AT + 300 }, { receivedAt: AT + 5 }, false],
    ['made after it was cancelled', { lastAccessed: AT + 400 }, { cancelledAt: AT + 300 }, false],
    ['without a date', {}, {}, false],
  ])('is the one %s', (_which, tab, cancelled, expected) => {
    expect(isMadeForLaunch(tab, { at: AT, ...cancelled })).toBe(expected);
  });
});

describe('in Firefox, the window that opens when the server answers', () => {
  const at = (...instants: number[]) =>
    instants.map((instant, index) => ({ id: index + 1, at: AT + instant }));
  it.each<[string, ReturnType<typeof at>, number | undefined]>([
    ['there is one', at(80), 1],
    ['it came a little before our own answer', at(-400), 1],
    ['others came long before', at(-8000, -3000, 80), 3],
    ['others came long after', at(80, 9000), 1],
    ['two came at once', at(80, 300), undefined],
    ['none came then', at(-8000, 9000), undefined],
  ])('%s', (_what, opened, id) => {
    expect(openedAtAnswer(opened, AT)).toBe(id);
  });
});

describe('watching for the window', () => {
  let signal: AbortController;
  const found = vi.fn();
  beforeEach(() => {
    signal = new AbortController();
    found.mockReset();
    windows.get.mockReset().mockImplementation(() => Promise.resolve({ type: 'popup' }));
    created.clear();
    vi.useFakeTimers({ now: AT });
  });
  const tab = (more: object) => {
    for (const listener of created) (listener as (tab: object) => void)({ windowId: 5, ...more });
  };
  const runDueTimers = () => vi.advanceTimersByTimeAsync(0);

  it('finds it in Chromium by its new tab in a popup window, until the launch ends', async () => {
    delete runtime.getBrowserInfo;
    const stop = watchForWindow(signal.signal, () => Promise.reject(new Error('not asked')), found);
    await runDueTimers();
    tab({ lastAccessed: AT + 5000 });
    await runDueTimers();
    expect(found).not.toHaveBeenCalled();
    tab({ lastAccessed: AT + 1 });
    await runDueTimers();
    expect(found.mock.calls).toEqual([[5]]);
    windows.get.mockImplementation(() => Promise.resolve({ type: 'normal' }));
    tab({ lastAccessed: AT + 1 });
    await runDueTimers();
    expect(found).toHaveBeenCalledTimes(1);
    stop();
    expect(created.size).toBe(0);
  });

  it('finds it in Firefox by the time of the response, and closes it only if no other window opens', async () => {
    runtime.getBrowserInfo = () => undefined;
    const opens = (id: number, type = 'popup') => {
      for (const listener of windows.created) (listener as (window: object) => void)({ id, type });
    };
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const stop = watchForWindow(signal.signal, () => asked, found);
    opens(1);
    await vi.advanceTimersByTimeAsync(9000);
    signal.abort();
    answer();
    await runDueTimers();
    opens(2);
    opens(9, 'normal');
    await vi.advanceTimersByTimeAsync(500);
    expect(found).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(600);
    expect(found.mock.calls).toEqual([[2]]);
    stop();
    expect([windows.created.size, windows.removed.size]).toEqual([0, 0]);
  });

  /** In Firefox: the windows reported on cancel when popup windows open so many milliseconds after the response. */
  async function foundAmong(instants: readonly number[], { fails = false, closes = 0 } = {}) {
    runtime.getBrowserInfo = () => undefined;
    const tell = (listeners: Set<Listener>, value: unknown) => {
      for (const listener of listeners) (listener as (value: unknown) => void)(value);
    };
    const probe = () =>
      new Promise<void>((resolve, reject) =>
        setTimeout(fails ? () => reject(new Error('x')) : resolve, 5000),
      );
    const stop = watchForWindow(signal.signal, probe, found);
    signal.abort();
    let now = 0;
    for (const [index, instant] of instants.entries()) {
      await vi.advanceTimersByTimeAsync(5000 + instant - now);
      now = 5000 + instant;
      tell(windows.created, { id: index + 1, type: 'popup' });
    }
    if (closes > 0) tell(windows.removed, closes);
    await vi.advanceTimersByTimeAsync(10_000);
    stop();
    return found.mock.calls.flat() as number[];
  }

  it.each<[string, number[], object, number[]]>([
    ['ours alone', [80], {}, [1]],
    ['another half a second before ours', [-420, 80], {}, []],
    ['another half a second after ours', [80, 580], {}, []],
    ['others on both sides of ours', [-420, 80, 580], {}, []],
    ['another beside ours, which the person closes', [80, 580], { closes: 1 }, []],
    ['ours, which the person closes', [80], { closes: 1 }, []],
    ['one, while the server does not answer', [80], { fails: true }, []],
  ])('does not close a window in Firefox that may be another one: %s', async (_what, instants, more, ids) => {
    expect(await foundAmong(instants, more)).toEqual(ids);
  });

  it('ends its request with the launch', () => {
    runtime.getBrowserInfo = () => undefined;
    let asked: AbortSignal | undefined;
    const probe = (over: AbortSignal) => {
      asked = over;
      return new Promise(() => undefined);
    };
    const stop = watchForWindow(signal.signal, probe, found);
    expect(asked?.aborted).toBe(false);
    stop();
    expect(asked?.aborted).toBe(true);
  });

  it('removes the listener for new tabs that an earlier background left', () => {
    forgetNewTabs();
    expect(created.size).toBe(0);
  });
});
