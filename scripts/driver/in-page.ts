// The functions that run inside a page of the browser, not in Node. Each is sent as text, so it stands alone.
/// <reference lib="dom" />
import type { Focus, PopupView, PopupWay } from './types.ts';

interface BrowserWindow {
  id: number;
  type: string;
}

/** The part of `browser.*` that the driver uses inside the extension's own pages. */
interface ExtensionApi {
  storage: Record<
    'local' | 'session',
    { get(keys: null): Promise<Record<string, unknown>>; set(items: Record<string, unknown>): Promise<void> }
  >;
  alarms: {
    getAll(): Promise<{ name: string }[]>;
    create(name: string, info: { when: number }): Promise<void>;
  };
  windows: {
    getLastFocused(): Promise<BrowserWindow>;
    getCurrent(): Promise<BrowserWindow>;
    update(id: number, change: { focused: true }): Promise<unknown>;
    create(info: { type: 'popup'; url: string }): Promise<unknown>;
  };
  action: {
    openPopup(options: { windowId: number }): Promise<void>;
    getBadgeText(details: object): Promise<string>;
  };
}

type ExtensionPage = typeof globalThis & { browser?: ExtensionApi; chrome: ExtensionApi };

export function readPopup(): PopupView {
  const root = document.querySelector<HTMLElement>('[data-status]');
  const alert = document.querySelector<HTMLElement>('[role="alert"]');
  const at = alert?.querySelector('time')?.dateTime;
  return {
    status: root?.dataset.status,
    text: document.body.innerText,
    alert: alert === null ? undefined : { code: alert.dataset.code, text: alert.innerText, at },
  };
}

/** Fills a field, and tells the page as typing would. */
export function fillInput(input: Element, value: string): true {
  const field = input as HTMLInputElement;
  field.focus();
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

type Watched = Element & { clicked?: boolean };

/** From now on `wasClicked` says whether the element was clicked. */
export function watchForClick(element: Watched): void {
  element.clicked = false;
  element.addEventListener('click', () => (element.clicked = true), { capture: true });
}

export function wasClicked(element: Watched): boolean {
  return element.clicked === true;
}

export function readAlert(): string | undefined {
  const text = document.querySelector<HTMLElement>('[role="alert"]')?.innerText.trim();
  return text === '' ? undefined : text;
}

/** The address of a page of the web that has words; undefined while it is on its way, as about:blank is. */
export function readAddress(): string | undefined {
  const isThere = document.readyState !== 'loading' && location.protocol.startsWith('http');
  return isThere ? location.href : undefined;
}

export function readText(): string {
  return document.body.innerText;
}

/** Milliseconds after the page was opened. */
export function readFirstPaint(): number | undefined {
  return performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
}

export function readFocus(): Focus | undefined {
  const element = document.activeElement;
  if (element === null || element === document.body) return undefined;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
  return {
    element: element.localName,
    text:
      element.ariaLabel ??
      [...labels, element]
        .map(({ textContent }) => textContent)
        .join(' ')
        .trim(),
    visible: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0,
  };
}

export function unfoldDetails(): void {
  for (const details of document.querySelectorAll('details')) details.open = true;
}

/** The elements that extend beyond the page's sides, so that it scrolls sideways. */
export function readOverflow(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.body.querySelectorAll('*')].filter((element) => {
    const { left, right } = element.getBoundingClientRect();
    return left < -0.5 || right > clientWidth + 0.5;
  });
  const names = new Set(beyond.map(({ localName, className }) => `${localName} ${className}`.trim()));
  return [`${scrollWidth - clientWidth} pixels too wide: ${[...names].join(', ')}`];
}

/** The height of the content, in CSS pixels. */
export function readHeight(): number {
  return Math.ceil(document.body.getBoundingClientRect().height);
}

/** Writes the items, and waits until the page has not changed for a while. */
export async function storeAndWait(items: Record<string, unknown>): Promise<void> {
  const page = globalThis as ExtensionPage;
  await (page.browser ?? page.chrome).storage.local.set(items);
  let changed = performance.now();
  const observer = new MutationObserver(() => {
    changed = performance.now();
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  while (performance.now() - changed < 60) await new Promise((resolve) => setTimeout(resolve, 15));
  observer.disconnect();
}

/** True once the popup has its content and every picture in it. */
export function isComplete(): boolean {
  const pictures = Array.from(document.images);
  return document.querySelector('[data-status]') !== null && pictures.every((picture) => picture.complete);
}

export function readStorageArea(area: 'local' | 'session'): Promise<Record<string, unknown>> {
  const page = globalThis as ExtensionPage;
  return (page.browser ?? page.chrome).storage[area].get(null);
}

export function writeStorageArea(area: 'local' | 'session', items: Record<string, unknown>): Promise<void> {
  const page = globalThis as ExtensionPage;
  return (page.browser ?? page.chrome).storage[area].set(items);
}

export async function alarmNames(): Promise<string[]> {
  const page = globalThis as ExtensionPage;
  return (await (page.browser ?? page.chrome).alarms.getAll()).map(({ name }) => name);
}

export function ringAlarm(name: string): Promise<void> {
  const page = globalThis as ExtensionPage;
  return (page.browser ?? page.chrome).alarms.create(name, { when: Date.now() });
}

export function badgeText(): Promise<string> {
  const page = globalThis as ExtensionPage;
  return (page.browser ?? page.chrome).action.getBadgeText({});
}

/** Puts a text where only pages look: `localStorage`, and a database by the name of the text. */
export function keepInPage(text: string): Promise<void> {
  localStorage.setItem(text, text);
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(text);
    opening.onupgradeneeded = () => opening.result.createObjectStore(text).put(text, text);
    opening.onsuccess = () => {
      opening.result.close();
      resolve();
    };
    opening.onerror = () => reject(new Error('There is no database to be had.'));
  });
}

export async function databaseNames(): Promise<string[]> {
  return (await indexedDB.databases()).map(({ name = '' }) => name);
}

/** The key in the database `vault`: what it says of itself, and what comes of trying. */
export async function readSealingKey(): Promise<{ extractable: boolean; exported: boolean }> {
  const key = await new Promise<CryptoKey>((resolve, reject) => {
    const opening = indexedDB.open('vault');
    opening.onerror = () => reject(new Error('There is no vault.'));
    opening.onsuccess = () => {
      const reading = opening.result.transaction('keys').objectStore('keys').get('seal');
      reading.onsuccess = () => {
        opening.result.close();
        resolve(reading.result as CryptoKey);
      };
      reading.onerror = () => reject(new Error('There is no key.'));
    };
  });
  const exports = ['raw', 'jwk'].map((format) => crypto.subtle.exportKey(format as 'raw', key));
  const tried = await Promise.allSettled(exports);
  return { extractable: key.extractable, exported: tried.some(({ status }) => status === 'fulfilled') };
}

/** The type of the window in front: 'normal', or 'popup' for a sign-in window. */
export async function frontWindow(): Promise<string> {
  const page = globalThis as ExtensionPage;
  return (await (page.browser ?? page.chrome).windows.getLastFocused()).type;
}

export async function openPopupWindow(url: string, way: PopupWay): Promise<void> {
  const page = globalThis as ExtensionPage;
  if (way === 'extension') await (page.browser ?? page.chrome).windows.create({ type: 'popup', url });
  else open(url, '', `popup,width=300,height=200${way === 'loosePage' ? ',noopener' : ''}`);
}

/** Opens it in this page's own window, brought to the front: neither a sign-in window nor one behind shows it. */
export async function openToolbarPopup(): Promise<void> {
  const page = globalThis as ExtensionPage;
  const { action, windows } = page.browser ?? page.chrome;
  const { id } = await windows.getCurrent();
  await windows.update(id, { focused: true });
  await action.openPopup({ windowId: id });
}
