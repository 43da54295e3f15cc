// The few WebDriver BiDi commands of Firefox that puppeteer has no method for, and scripts with Firefox's own rights.
import type { Browser, Page } from 'puppeteer-core';
import { eventually } from './wait.ts';

/** What puppeteer's Firefox classes hold inside. */
interface Internals {
  connection: { send(method: string, parameters: object): Promise<{ result: unknown }> };
}

interface Context {
  context: string;
  url: string;
}

async function send(browser: Browser, method: string, parameters: object): Promise<unknown> {
  return (await (browser as unknown as Internals).connection.send(method, parameters)).result;
}

/** The BiDi name of a page's top-level browsing context. */
export function contextOf(page: Page): string {
  return (page.mainFrame() as unknown as { _id: string })._id;
}

/**
 * Installs a packed extension for good: it survives a restart, unlike the temporary kind. `inPrivate`: allowed in
 * private windows.
 */
export async function installForGood(browser: Browser, xpi: string, inPrivate = false): Promise<void> {
  await send(browser, 'webExtension.install', {
    extensionData: { type: 'archivePath', path: xpi },
    'moz:permanent': true,
    'moz:allowPrivateBrowsing': inPrivate,
  });
}

/** Everything it has stored goes with it, and its tabs close. */
export async function uninstall(browser: Browser, addonId: string): Promise<void> {
  await send(browser, 'webExtension.uninstall', { extension: addonId });
}

/**
 * Opens a page in a tab beside `neighbour`; left to itself Firefox may put the tab into a sign-in window. Firefox tells
 * puppeteer nothing of the load of an extension page, so `page.goto` would wait in vain for one.
 */
export async function openTab(browser: Browser, neighbour: Page, url: string): Promise<Page> {
  const { context } = (await send(browser, 'browsingContext.create', {
    type: 'tab',
    referenceContext: contextOf(neighbour),
  })) as Context;
  await send(browser, 'browsingContext.navigate', { context, url, wait: 'complete' });
  return eventually(`the tab of ${url}`, async () =>
    (await browser.pages()).find((page) => contextOf(page) === context),
  );
}

/** The address of every page by context; `page.url()` stays about:blank for extension pages. */
export async function addresses(browser: Browser): Promise<Map<string, string>> {
  const { contexts } = (await send(browser, 'browsingContext.getTree', { maxDepth: 0 })) as {
    contexts: Context[];
  };
  return new Map(contexts.map(({ context, url }) => [context, url]));
}

export async function closeContext(browser: Browser, context: string): Promise<void> {
  await send(browser, 'browsingContext.close', { context });
}

/** Evaluates an expression with the rights of Firefox itself; the answer must be a string. */
export async function asFirefox(browser: Browser, expression: string): Promise<string> {
  const { contexts } = (await send(browser, 'browsingContext.getTree', { 'moz:scope': 'chrome' })) as {
    contexts: Context[];
  };
  const answer = (await send(browser, 'script.evaluate', {
    expression,
    target: { context: contexts[0]?.context },
    awaitPromise: true,
  })) as { type: string; result?: { value?: unknown }; exceptionDetails?: { text: string } };
  if (answer.type !== 'success') throw new Error(`Firefox refused: ${String(answer.exceptionDetails?.text)}`);
  return String(answer.result?.value);
}
