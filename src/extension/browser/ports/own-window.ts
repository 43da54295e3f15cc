// Which popup window is the one of a launch. No browser says so, and anybody may open another meanwhile; what they do show:
// Chromium makes the contents of the window when it is asked for it, long before it shows the window, and dates the tab by
// that. Firefox opens the window in the moment in which the server has answered a first request of its own for the page;
// a request of ours beside it is answered in the same moment.
import { browser } from '../api.ts';

/** Milliseconds. How late Chromium may make the contents, and Firefox open the window before or after our answer. */
const MADE_WITHIN_MS = 100;
const EARLY_MS = 1000;
const LATE_MS = 3000;
/** A window that is to be closed has to be the only one in its time: so long another may yet turn up. */
const SURE_AFTER_MS = 1000;

/** When the launch was asked for, when the browser had certainly heard of it, and when the person gave it up. Milliseconds. */
export interface Launch {
  readonly at: number;
  readonly heardAt?: number | undefined;
  readonly cancelledAt?: number | undefined;
}

/** What Chromium tells of a new tab. */
export interface NewTab {
  readonly openerTabId?: number | undefined;
  readonly lastAccessed?: number | undefined;
}

/** Whether Chromium made the contents of this tab for the launch. Pages leave their tab as the opener; launches do not. Pure. */
export function isMadeForLaunch(
  { openerTabId, lastAccessed }: NewTab,
  { at, heardAt = Infinity, cancelledAt = Infinity }: Launch,
): boolean {
  if (openerTabId !== undefined || lastAccessed === undefined) return false;
  return lastAccessed >= at - 1 && lastAccessed <= Math.min(heardAt + MADE_WITHIN_MS, cancelledAt);
}

/** A popup window and when it opened, in milliseconds. */
export interface Opened {
  readonly id: number;
  readonly at: number;
}

/** The one window that opened when the server answered (`answeredAt`, milliseconds); undefined where it is not one. Pure. */
export function openedAtAnswer(windows: readonly Opened[], answeredAt: number): number | undefined {
  const near = windows.filter(({ at }) => at >= answeredAt - EARLY_MS && at <= answeredAt + LATE_MS);
  return near.length === 1 ? near[0]?.id : undefined;
}

type Probe = (over: AbortSignal) => Promise<unknown>;

/** Ends the watch. */
export type Stop = () => void;

/**
 * Calls back with the window of the launch that is made right after, as soon as it is known; never with another. `probe`
 * makes our request in Firefox, until the signal it is given, and resolves when it is answered.
 */
export function watchForWindow(signal: AbortSignal, probe: Probe, found: (windowId: number) => void): Stop {
  const at = Date.now();
  let cancelledAt: number | undefined;
  let heardAt: number | undefined;
  const heard = () => {
    heardAt = Date.now();
  };
  const cancelled = () => {
    cancelledAt = Date.now();
  };
  signal.addEventListener('abort', cancelled);
  // Firefox alone has this function.
  const stop =
    'getBrowserInfo' in browser.runtime
      ? watchOpened(signal, probe, found)
      : watchMade(() => ({ at, heardAt, cancelledAt }), heard, found);
  return () => {
    signal.removeEventListener('abort', cancelled);
    stop();
  };
}

function watchMade(launch: () => Launch, heard: () => void, found: (windowId: number) => void): Stop {
  const { onCreated } = browser.tabs;
  const listener = ({ windowId, ...tab }: NewTab & { windowId?: number | undefined }) => {
    if (windowId === undefined || !isMadeForLaunch(tab, launch())) return;
    browser.windows.get(windowId).then(
      ({ type }) => type === 'popup' && found(windowId),
      () => undefined,
    );
  };
  onCreated.addListener(listener);
  // The browser hears our questions in their order: one that follows the launch at once is answered after it was heard.
  void Promise.resolve()
    .then(() => browser.runtime.getPlatformInfo())
    .then(heard, heard);
  return () => onCreated.removeListener(listener);
}

function watchOpened(signal: AbortSignal, probe: Probe, found: (windowId: number) => void): Stop {
  let windows: readonly Opened[] = [];
  const gone = new Set<number>();
  const over = new AbortController();
  let answeredAt: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const judge = () => {
    const id = answeredAt === undefined ? undefined : openedAtAnswer(windows, answeredAt);
    if (id !== undefined && !gone.has(id)) found(id);
  };
  const look = () => {
    clearTimeout(timer);
    timer = setTimeout(judge, signal.aborted ? SURE_AFTER_MS : 0);
  };
  const created = ({ id, type }: { id?: number | undefined; type?: string | undefined }) => {
    if (id === undefined || type !== 'popup') return;
    windows = [...windows, { id, at: Date.now() }];
    look();
  };
  // It stays in the list: when ours is closed, another that came beside it is not ours now.
  const removed = (id: number) => {
    gone.add(id);
  };
  const answered = () => {
    answeredAt = Date.now();
    look();
  };
  const { onCreated, onRemoved } = browser.windows;
  onCreated.addListener(created);
  onRemoved.addListener(removed);
  // Without an answer there is no instant to tell the window by, and none is taken for it.
  probe(over.signal).then(answered, () => undefined);
  return () => {
    over.abort();
    clearTimeout(timer);
    onCreated.removeListener(created);
    onRemoved.removeListener(removed);
  };
}

/**
 * Chromium wakes a background for what one before it listened to when it died: with nobody to launch for, that is every new
 * tab. To be called when the background starts.
 */
export function forgetNewTabs(): void {
  const nothing = () => undefined;
  browser.tabs.onCreated.addListener(nothing);
  browser.tabs.onCreated.removeListener(nothing);
}
