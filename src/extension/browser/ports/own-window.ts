// Identifies the popup window of a launch, which browsers do not report, while other windows may open. Chromium creates
// the tab when the launch is requested, long before it shows the window, and the tab has that time. Firefox opens the
// window when the server responds to its first request, so a parallel request of ours is answered at the same time.
import { browser } from '../api.ts';

/** Milliseconds. Tolerances for Chromium's tab creation, and for Firefox's window before or after our response. */
const MADE_WITHIN_MS = 100;
const EARLY_MS = 1000;
const LATE_MS = 3000;
/** Milliseconds. A window is closed only if no other opens within this time. */
const SURE_AFTER_MS = 1000;

/**
 * When the launch was requested, when the browser had certainly received it, and when it was cancelled. Milliseconds.
 */
export interface Launch {
  readonly at: number;
  readonly receivedAt?: number | undefined;
  readonly cancelledAt?: number | undefined;
}

/** What Chromium reports about a new tab. */
export interface NewTab {
  readonly openerTabId?: number | undefined;
  readonly lastAccessed?: number | undefined;
}

/** Whether Chromium created this tab for the launch. Tabs opened by pages have an opener; launches do not. Pure. */
export function isMadeForLaunch(
  { openerTabId, lastAccessed }: NewTab,
  { at, receivedAt = Infinity, cancelledAt = Infinity }: Launch,
): boolean {
  if (openerTabId !== undefined || lastAccessed === undefined) return false;
  return lastAccessed >= at - 1 && lastAccessed <= Math.min(receivedAt + MADE_WITHIN_MS, cancelledAt);
}

/** A popup window and when it opened, in milliseconds. */
export interface Opened {
  readonly id: number;
  readonly at: number;
}

/** The only window that opened when the server responded (`answeredAt`, milliseconds); undefined if ambiguous. Pure. */
export function openedAtAnswer(windows: readonly Opened[], answeredAt: number): number | undefined {
  const near = windows.filter(({ at }) => at >= answeredAt - EARLY_MS && at <= answeredAt + LATE_MS);
  return near.length === 1 ? near[0]?.id : undefined;
}

type Probe = (over: AbortSignal) => Promise<unknown>;

/** Stops watching. */
export type Stop = () => void;

/**
 * Calls back with the window of the launch that follows, once identified. `probe` sends the parallel request in
 * Firefox, until its signal aborts, and resolves on a response.
 */
export function watchForWindow(signal: AbortSignal, probe: Probe, found: (windowId: number) => void): Stop {
  const at = Date.now();
  let cancelledAt: number | undefined;
  let receivedAt: number | undefined;
  const received = () => {
    receivedAt = Date.now();
  };
  const cancelled = () => {
    cancelledAt = Date.now();
  };
  signal.addEventListener('abort', cancelled);
  // Only Firefox has this function.
  const stop =
    'getBrowserInfo' in browser.runtime
      ? watchOpened(signal, probe, found)
      : watchMade(() => ({ at, receivedAt, cancelledAt }), received, found);
  return () => {
    signal.removeEventListener('abort', cancelled);
    stop();
  };
}

function watchMade(launch: () => Launch, received: () => void, found: (windowId: number) => void): Stop {
  const { onCreated } = browser.tabs;
  const listener = ({ windowId, ...tab }: NewTab & { windowId?: number | undefined }) => {
    if (windowId === undefined || !isMadeForLaunch(tab, launch())) return;
    browser.windows.get(windowId).then(
      ({ type }) => type === 'popup' && found(windowId),
      () => undefined,
    );
  };
  onCreated.addListener(listener);
  // The browser handles calls in order, so this one resolves after the launch was received.
  void Promise.resolve()
    .then(() => browser.runtime.getPlatformInfo())
    .then(received, received);
  return () => onCreated.removeListener(listener);
}

function watchOpened(signal: AbortSignal, probe: Probe, found: (windowId: number) => void): Stop {
  let windows: readonly Opened[] = [];
  const removedIds = new Set<number>();
  const over = new AbortController();
  let answeredAt: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const identify = () => {
    const id = answeredAt === undefined ? undefined : openedAtAnswer(windows, answeredAt);
    if (id !== undefined && !removedIds.has(id)) found(id);
  };
  const identifySoon = () => {
    clearTimeout(timer);
    timer = setTimeout(identify, signal.aborted ? SURE_AFTER_MS : 0);
  };
  const created = ({ id, type }: { id?: number | undefined; type?: string | undefined }) => {
    if (id === undefined || type !== 'popup') return;
    windows = [...windows, { id, at: Date.now() }];
    identifySoon();
  };
  // Kept in the list, so that another window does not become ours when it closes.
  const removed = (id: number) => {
    removedIds.add(id);
  };
  const answered = () => {
    answeredAt = Date.now();
    identifySoon();
  };
  const { onCreated, onRemoved } = browser.windows;
  onCreated.addListener(created);
  onRemoved.addListener(removed);
  // Without a response, no window can be identified.
  probe(over.signal).then(answered, () => undefined);
  return () => {
    over.abort();
    clearTimeout(timer);
    onCreated.removeListener(created);
    onRemoved.removeListener(removed);
  };
}

/**
 * Removes the listener for new tabs that an earlier background left; otherwise Chromium would wake the background for
 * every new tab. Call it when the background starts.
 */
export function forgetNewTabs(): void {
  const nothing = () => undefined;
  browser.tabs.onCreated.addListener(nothing);
  browser.tabs.onCreated.removeListener(nothing);
}
