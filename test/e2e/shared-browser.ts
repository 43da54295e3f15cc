// One browser for many cases. Between two of them the extension is uninstalled with all it has kept, every page closed and
// every site forgotten: that takes a tenth of the time of a start, and leaves as much as a new profile has.
import {
  launchBrowser,
  type BrowserName,
  type BrowserUnderTest,
  type LaunchOptions,
} from '../../scripts/driver/index.ts';

type Installed = Pick<LaunchOptions, 'extensionDir' | 'firefoxProfile' | 'welcomes'>;

export interface SharedBrowser {
  /** A browser in which nothing has happened yet. */
  take(options: Installed): Promise<BrowserUnderTest>;
  /** Makes it clean for the next; one that cannot be made clean is ended, and the next gets another. */
  giveBack(browser: BrowserUnderTest): Promise<void>;
  end(): Promise<void>;
}

export function sharedBrowser(name: BrowserName): SharedBrowser {
  let clean: BrowserUnderTest | undefined;
  return {
    take: async (options) => {
      const browser = clean;
      clean = undefined;
      try {
        await browser?.install(options);
      } catch (error) {
        console.error(`${name} is started again: ${String(error)}`);
        await browser?.close();
        return launchBrowser(name, options);
      }
      return browser ?? launchBrowser(name, options);
    },
    giveBack: async (browser) => {
      try {
        await browser.clear();
        clean = browser;
      } catch (error) {
        console.error(`${name} is started again: ${String(error)}`);
        await browser.close();
      }
    },
    end: async () => {
      await clean?.close();
      clean = undefined;
    },
  };
}
