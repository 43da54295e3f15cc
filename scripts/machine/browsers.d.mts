// Types of browsers.mjs, which is plain JavaScript because it may have to run before anything is installed.
export type BrowserName = 'firefox' | 'chromium';

/** The path of a browser, or undefined. */
export function lookForBrowser(name: BrowserName): string | undefined;

/** The path of a browser; throws an Error that says in one line how to get it. */
export function findBrowser(name: BrowserName): string;

/** Finds the browsers or, as root with apt-get, installs them; throws an Error with one line for each that is missing. */
export function ensureBrowsers(names: readonly BrowserName[]): void;
