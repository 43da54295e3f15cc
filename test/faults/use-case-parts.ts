// What use cases share: how they begin, and the states allowed after an interruption.
import { settled, signedIn } from './steps.ts';
import type { FaultHarness } from './harness.ts';

export const nothing = () => Promise.resolve();
export const signIn = (harness: FaultHarness) => harness.session.signIn();
export const swallow = (work: Promise<unknown>) => work.catch(() => undefined);

export const byWindow = {
  end: 'signedIn',
  after: ['signedOut', 'signedIn'],
  prepare: nothing,
  run: signIn,
} as const;
/** Whatever is interrupted, the session stays. */
export const staying = { after: ['signedIn'], end: 'signedIn', prepare: signedIn } as const;
export const ending = { after: ['signedIn', 'signedOut'], end: 'signedOut', prepare: signedIn } as const;

export const inTab = async (harness: FaultHarness, start: () => Promise<unknown>) => {
  await start();
  await settled(harness);
};
export const tabsAllowed = (harness: FaultHarness) => {
  harness.host.tabsAllowed = true;
  return nothing();
};
