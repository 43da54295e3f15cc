// What the end-to-end suite, the tour and the screenshots may do with a real browser; the same for both browsers.

export type BrowserName = 'firefox' | 'chromium';

export type PopupStatus = 'signedOut' | 'signingIn' | 'signedIn' | 'needsReauth';

/** What the popup, or another page, shows at one moment; only the popup has a status. */
export interface PopupView {
  status: string | undefined;
  text: string;
  /** `at` is the instant that is told with it, as ISO 8601. */
  alert: { code: string | undefined; text: string; at: string | undefined } | undefined;
}

/** Where the keyboard is. */
export interface Focus {
  /** The element's name in HTML, in small letters. */
  element: string;
  text: string;
  /** Whether a person sees that it is there. */
  visible: boolean;
}

export type PopupWay = 'extension' | 'page' | 'loosePage';

export type Scheme = 'light' | 'dark';

/** What a key is called: by the DOM's names. */
export type Key = 'Tab' | 'Enter' | ' ' | 'Escape' | 'ArrowDown';

/** What a person does who has a keyboard and no mouse. */
export interface Keyboard {
  key(key: Key): Promise<void>;
  type(words: string): Promise<void>;
  /** Presses Tab until the control of that role and name has the focus. */
  tabTo(role: string, name: string): Promise<void>;
  /** What has the focus; undefined when nothing has. */
  focus(): Promise<Focus | undefined>;
}

/**
 * A page of the extension in a tab of its own. Controls are found as assistive technology finds them: by role and name.
 */
export interface OwnPage extends Keyboard {
  text(): Promise<string>;
  /** What it shows now. */
  view(): Promise<PopupView>;
  /** Waits until the text appears anywhere in the page. */
  waitForText(words: string): Promise<void>;
  hasButton(name: string): Promise<boolean>;
  /** Waits for the button of that accessible name and presses it with the mouse. */
  press(name: string): Promise<void>;
  /** The same with a box to tick, or a switch. */
  tick(name: string): Promise<void>;
  /** Unfolds what lies behind that heading. */
  unfold(heading: string): Promise<void>;
  /** Unfolds everything there is to unfold. */
  unfoldAll(): Promise<void>;
  /** Where the link of that text leads. */
  linkTo(name: string): Promise<string>;
  /** Writes these items into `storage.local`, and waits until the page has stopped changing. */
  show(items: Record<string, unknown>): Promise<void>;
  /** In CSS pixels; `scale` is how many of the screen make one of them, as zoom does. */
  setWidth(width: number, options?: { scale?: number; height?: number }): Promise<void>;
  /** The elements wider than the page, one per line; empty if it does not scroll sideways. */
  overflow(): Promise<readonly string[]>;
  /** When it first painted anything, in milliseconds after it was opened; undefined before. */
  painted(): Promise<number | undefined>;
  /** What axe-core objects to, a line each; `rules`: only these of its rules. */
  faults(rules?: readonly string[]): Promise<readonly string[]>;
  screenshot(path: string): Promise<void>;
  /** A picture (PNG, base64) of the whole page, as high as it is. */
  picture(): Promise<string>;
  close(): Promise<void>;
}

/** The popup's page in a tab. */
export interface PopupPage extends OwnPage {
  /** Waits until the popup carries this status. */
  waitForStatus(status: PopupStatus): Promise<PopupView>;
  /** Waits until a problem with this code is shown, and returns its text. */
  waitForAlert(code: string): Promise<string>;
}

/**
 * A page of the account server: in the window or tab that was opened for the sign-in, or in one of the person's own.
 */
export interface AuthPage extends Keyboard {
  /** What the field holds now. */
  value(field: string): Promise<string>;
  fill(field: string, value: string): Promise<void>;
  /** Waits for the button or link of that accessible name and presses it. */
  press(name: string): Promise<void>;
  /** Fills in address and password, and presses the button. */
  submit(credentials: { email: string; password: string }, button?: string): Promise<void>;
  /** Does what the page asks for until it closes, whichever year's page it is; `SignInError` says where it stops. */
  signIn(credentials: { email: string; password: string }): Promise<void>;
  waitForAlert(): Promise<string>;
  text(): Promise<string>;
  screenshot(path: string): Promise<void>;
  waitUntilClosed(): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserUnderTest {
  readonly name: BrowserName;
  readonly version: string;
  openPopup(): Promise<PopupPage>;
  /** Opens another file of the extension in a tab; its storage can be read through it too. */
  openPage(path: string): Promise<OwnPage>;
  /** Has every page know that the person prefers this, from now on. */
  setScheme(scheme: Scheme): Promise<void>;
  /** Opens the real popup of the toolbar button, waits until it is painted, saves a picture of it and closes it. */
  captureToolbarPopup(path: string): Promise<void>;
  /** Opens a page of the web in a tab, as the person would; to be closed before a sign-in window is waited for. */
  visit(url: string): Promise<AuthPage>;
  /** Waits until a sign-in window (or tab) shows a page of the account server; one whose address has `part` in it. */
  authWindow(part?: string): Promise<AuthPage>;
  /**
   * Opens a popup window that has nothing to do with a sign-in: as an extension does, or as a page with or without a
   * tie to it.
   */
  openPopupWindow(url: string, as: PopupWay): Promise<void>;
  /** How many pages of the web with `part` in their address are open now. */
  pagesAt(part: string): Promise<number>;
  /** How many sign-in windows and tabs are open now. */
  authWindows(): Promise<number>;
  /** Whether a sign-in window is the one in front. */
  authWindowInFront(): Promise<boolean>;
  /** As a person would with the window's own button: the flow sees a cancel. */
  closeAuthWindow(): Promise<void>;
  /** Ends the extension's service worker or event page, as the browser does when it is short of memory. */
  killBackground(): Promise<void>;
  /** Whether it runs at this moment. */
  backgroundRuns(): Promise<boolean>;
  /**
   * Ends the whole browser and starts it again on the same profile; `losing`: what the extension had in `storage.local`
   * is gone.
   */
  restart(options?: { losing?: 'local' }): Promise<void>;
  /** Everything in one storage area of the extension. */
  readStorage(area: 'local' | 'session'): Promise<Record<string, unknown>>;
  /** Writes these items; may wake the background, as any change of storage does. */
  writeStorage(area: 'local' | 'session', items: Record<string, unknown>): Promise<void>;
  /** The names of the alarms that are set. */
  alarms(): Promise<string[]>;
  /** Makes the time of an alarm come; it wakes a background that has ended. */
  ring(alarm: string): Promise<void>;
  /** The text on the toolbar button, empty without one. */
  badge(): Promise<string>;
  /** The names of the extension's databases. */
  databases(): Promise<string[]>;
  /** Whether the key that seals says it may be exported, and whether it can be. */
  sealingKey(): Promise<{ extractable: boolean; exported: boolean }>;
  /** Puts a text where only pages look: `localStorage`, and a database. */
  keepInPage(text: string): Promise<void>;
  /**
   * Uninstalls the extension with all it has kept, and closes and forgets every page: a new profile, but for `install`.
   */
  clear(): Promise<void>;
  /** After `clear`: installs the extension of this folder, as `launchBrowser` does. */
  install(options: Pick<LaunchOptions, 'extensionDir' | 'welcomes'>): Promise<void>;
  /** Saves a picture of every page that is open; for the hour when a test has failed. */
  capturePages(prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** The folder that `buildExtension` filled. */
  extensionDir: string;
  /** Device pixels per CSS pixel, for pictures. */
  scale?: number;
  /** False for a build that does not open the welcome page. */
  welcomes?: false;
  /**
   * The browser tells pages that the person objects to being measured: in Chromium by Do Not Track, in Firefox by GPC.
   */
  objects?: boolean;
  /** Firefox never remembers history: everything is a private window, and the extension is allowed in there. */
  alwaysPrivate?: boolean;
  /** The folder in which the browser has its profile; a default one otherwise. */
  profileIn?: string | undefined;
  /** What `makeFirefoxProfile` made; Firefox then begins with a copy of it. */
  firefoxProfile?: string;
}
