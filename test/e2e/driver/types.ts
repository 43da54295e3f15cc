// What the end-to-end suite, the tour and the screenshots may do with a real browser; the same for both browsers.

export type BrowserName = 'firefox' | 'chromium';

export type PopupStatus = 'signedOut' | 'signingIn' | 'signedIn' | 'needsReauth';

/** What the popup shows at one moment. */
export interface PopupView {
  status: string | undefined;
  text: string;
  /** `at` is the instant that is told with it, as ISO 8601. */
  alert: { code: string | undefined; text: string; at: string | undefined } | undefined;
}

/** The popup's page in a tab of its own. Controls are found as assistive technology finds them: by role and name. */
export interface PopupPage {
  view(): Promise<PopupView>;
  /** Waits until the popup carries this status. */
  waitForStatus(status: PopupStatus): Promise<PopupView>;
  /** Waits until a problem with this code is shown, and returns its text. */
  waitForAlert(code: string): Promise<string>;
  /** Waits until the words are to be read anywhere in the popup. */
  waitForText(words: string): Promise<void>;
  hasButton(name: string): Promise<boolean>;
  /** Waits for the button of that accessible name and presses it with the mouse. */
  press(name: string): Promise<void>;
  /** The same with a box to tick. */
  tick(name: string): Promise<void>;
  /** Unfolds what lies behind that heading. */
  unfold(heading: string): Promise<void>;
  /** Where the link of that text leads. */
  linkTo(name: string): Promise<string>;
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A page of the account server: in the window or tab that was opened for the sign-in, or in one of the person's own. */
export interface AuthPage {
  /** What the field holds now. */
  value(field: string): Promise<string>;
  fill(field: string, value: string): Promise<void>;
  /** Waits for the button or link of that accessible name and presses it. */
  press(name: string): Promise<void>;
  /** Fills in address and password, and presses the button. */
  submit(credentials: { email: string; password: string }, button?: string): Promise<void>;
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
  /** Opens another file of the extension in a tab, for its storage to be read through. */
  openPage(path: string): Promise<void>;
  /** Opens the real popup of the toolbar button, waits until it is painted, saves a picture of it and closes it. */
  captureToolbarPopup(path: string): Promise<void>;
  /** Opens a page of the web in a tab, as the person would; to be closed before a sign-in window is waited for. */
  visit(url: string): Promise<AuthPage>;
  /** Waits until the sign-in window (or tab) shows a page of the account server. */
  authWindow(): Promise<AuthPage>;
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
  /** Ends the whole browser and starts it again on the same profile. */
  restart(): Promise<void>;
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
  /** Saves a picture of every page that is open; for the hour when a test has failed. */
  capturePages(prefix: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  /** The folder that `buildExtension` filled. */
  extensionDir: string;
  /** Device pixels per CSS pixel, for pictures. */
  scale?: number;
  /** What `makeFirefoxProfile` made; Firefox then begins with a copy of it. */
  firefoxProfile?: string;
}
