// What the end-to-end suite, the tour and the screenshots may do with a real browser; the same for both browsers.

export type BrowserName = 'firefox' | 'chromium';

export type PopupStatus = 'signedOut' | 'signingIn' | 'signedIn' | 'needsReauth';

/** What the popup shows at one moment. */
export interface PopupView {
  status: string | undefined;
  text: string;
  alert: { code: string | undefined; text: string } | undefined;
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
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

/** The account server's page in the window that the browser opened for the sign-in. */
export interface AuthPage {
  fill(field: string, value: string): Promise<void>;
  /** Waits for the button or link of that accessible name and presses it. */
  press(name: string): Promise<void>;
  /** Fills in address and password, and presses the button. */
  submit(credentials: { email: string; password: string }, button?: string): Promise<void>;
  waitForAlert(): Promise<string>;
  text(): Promise<string>;
  screenshot(path: string): Promise<void>;
  waitUntilClosed(): Promise<void>;
}

export interface BrowserUnderTest {
  readonly name: BrowserName;
  readonly version: string;
  openPopup(): Promise<PopupPage>;
  /** Opens the real popup of the toolbar button, waits until it is painted, saves a picture of it and closes it. */
  captureToolbarPopup(path: string): Promise<void>;
  /** Waits until the sign-in window shows a page of the account server. */
  authWindow(): Promise<AuthPage>;
  /** How many sign-in windows are open now. */
  authWindows(): Promise<number>;
  /** Whether a sign-in window is the one in front. */
  authWindowInFront(): Promise<boolean>;
  /** As a person would with the window's own button: the flow sees a cancel. */
  closeAuthWindow(): Promise<void>;
  /** Ends the extension's service worker or event page, as the browser does when it is short of memory. */
  killBackground(): Promise<void>;
  /** Ends the whole browser and starts it again on the same profile. */
  restart(): Promise<void>;
  /** Everything in one storage area of the extension. */
  readStorage(area: 'local' | 'session'): Promise<Record<string, unknown>>;
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
