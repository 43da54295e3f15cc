// Which browsers a run is for: both, or those that E2E_BROWSERS names ("firefox", "chromium").
import type { BrowserName } from '../../scripts/driver/index.ts';

const ALL: readonly BrowserName[] = ['chromium', 'firefox'];

export function selectedBrowsers(): readonly BrowserName[] {
  const wanted = process.env.E2E_BROWSERS;
  if (!wanted) return ALL;
  const chosen = ALL.filter((name) => wanted.split(',').includes(name));
  if (chosen.length === 0) throw new Error(`E2E_BROWSERS is "${wanted}"; it may name ${ALL.join(' and ')}.`);
  return chosen;
}
