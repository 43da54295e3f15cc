// The use cases of signing in: by window, by tab, and changes of mind.
import type { UseCase } from './crash-points.ts';
import { ADA, inFront, LIN, needsReauth, settled, signedIn } from './steps.ts';
import { nothing, signIn, byWindow, inTab, tabsAllowed } from './use-case-parts.ts';
import type { FaultHarness } from './harness.ts';

export const SIGN_INS: readonly UseCase[] = [
  { name: 'sign-in', ...byWindow },
  { name: 'sign-in, discovered endpoints', ...byWindow, harness: { family: 'discovered' } },
  { name: 'sign-in again as the same account', ...byWindow, prepare: signedIn, after: ['signedIn'] },
  {
    name: 'sign-in as another account, on top of a session',
    ...byWindow,
    after: ['signedIn'],
    async prepare(harness) {
      await signedIn(harness);
      harness.signsInAs(LIN);
    },
    run: (harness) => harness.session.signIn({ forceLogin: true }),
  },
  {
    name: 'sign-in after the session was ended',
    ...byWindow,
    prepare: needsReauth,
    after: ['needsReauth', 'signedIn'],
  },
  {
    name: 'sign-in that ends with the browser',
    ...byWindow,
    prepare: (harness) => harness.session.setSessionOnly(true),
  },
  {
    name: 'sign-in where no key is kept',
    ...byWindow,
    prepare(harness) {
      harness.host.keyless = true;
      return nothing();
    },
  },
  {
    name: 'sign-in whose id_token is refused',
    fxaOnly: true,
    ...byWindow,
    end: 'signedOut',
    after: ['signedOut'],
    prepare(harness) {
      harness.mock.faults.change({ signingKeyUnpublished: true });
      return nothing();
    },
  },
  {
    name: 'sign-in without a profile',
    ...byWindow,
    prepare(harness) {
      harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 500 } }]);
      return nothing();
    },
  },
  {
    name: 'sign-in in a tab, chosen',
    ...byWindow,
    after: ['signedOut', 'signedIn', 'signingIn'],
    prepare: tabsAllowed,
    run: (harness) => inTab(harness, () => harness.session.signInInTab()),
  },
  {
    name: 'sign-in in a tab, when there is no window',
    ...byWindow,
    prepare(harness) {
      harness.host.windowless = true;
      return tabsAllowed(harness);
    },
    run: (harness) => inTab(harness, () => harness.session.signIn()),
  },
  {
    name: 'sign-in in a tab, allowed when asked',
    ...byWindow,
    run: (harness) =>
      inTab(harness, async () => {
        harness.host.tabsAllowed = false;
        await harness.session.signInInTab();
        harness.host.tabsAllowed = true;
        await harness.session.permissionAdded();
      }),
  },
  {
    name: 'sign-in in a tab, on top of a session',
    ...byWindow,
    after: ['signedIn'],
    async prepare(harness) {
      await signedIn(harness);
      await tabsAllowed(harness);
    },
    run: (harness) => inTab(harness, () => harness.session.signInInTab()),
  },
];

/** A window that a dead background launched but never recorded is in the way: the user is told, and closes it. */
async function asAda(harness: FaultHarness): Promise<void> {
  harness.signsInAs(ADA);
  await harness.session.signIn();
  if (harness.view()?.problem?.code !== 'busy') return;
  for (const id of harness.host.windows.open) harness.host.closeWindow(id);
  await harness.session.signIn();
}
async function asAdaInTab(harness: FaultHarness): Promise<void> {
  harness.signsInAs(ADA);
  await harness.session.cancelSignIn();
  await inTab(harness, () => harness.session.signInInTab());
}

export const CHANGES_OF_MIND: readonly UseCase[] = [
  {
    name: 'cancel',
    ...byWindow,
    after: ['signedOut'],
    async run(harness) {
      await inFront(harness, signIn);
      await harness.session.cancelSignIn();
    },
    again: asAda,
  },
  {
    name: 'cancel of a tab',
    ...byWindow,
    prepare: tabsAllowed,
    after: ['signedOut', 'signingIn'],
    async run(harness) {
      await inFront(harness, () => harness.session.signInInTab());
      await harness.session.cancelSignIn();
    },
    again: asAdaInTab,
  },
  {
    name: 'the user closes the window',
    ...byWindow,
    after: ['signedOut'],
    async run(harness) {
      await inFront(harness, signIn);
      for (const id of harness.host.windows.open) harness.host.closeWindow(id);
      await settled(harness);
    },
    again: asAda,
  },
  {
    name: 'the user closes the tab',
    ...byWindow,
    prepare: tabsAllowed,
    after: ['signedOut', 'signingIn'],
    async run(harness) {
      await inFront(harness, () => harness.session.signInInTab());
      for (const id of harness.host.tabs.keys()) harness.host.closeTab(id);
      await settled(harness);
    },
    again: asAdaInTab,
  },
  {
    name: 'a second click',
    ...byWindow,
    after: ['signedOut'],
    async run(harness) {
      await inFront(harness, signIn);
      await harness.session.signIn();
    },
    again: asAda,
  },
  {
    name: 'sign-out in the middle of a sign-in',
    ...byWindow,
    prepare: signedIn,
    after: ['signedIn', 'signedOut'],
    async run(harness) {
      await inFront(harness, signIn);
      await harness.session.signOut();
    },
    again: asAda,
  },
];
