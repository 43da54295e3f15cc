// The use cases of signing in: by window, by tab, and changes of mind.
import type { UseCase } from './crash-points.ts';
import { ADA, inFront, LIN, needsReauth, settled, signedIn } from './steps.ts';
import { nothing, signIn, byWindow, inTab, tabsAllowed } from './use-case-parts.ts';
import type { FaultHarness } from './harness.ts';

export const SIGN_INS: readonly UseCase[] = [
  { name: 'sign-in', ...byWindow },
  { name: 'sign-in, discovered endpoints', ...byWindow, world: { family: 'discovered' } },
  { name: 'sign-in again as the same account', ...byWindow, prepare: signedIn, after: ['signedIn'] },
  {
    name: 'sign-in as another account, on top of a session',
    ...byWindow,
    after: ['signedIn'],
    async prepare(world) {
      await signedIn(world);
      world.signsInAs(LIN);
    },
    run: (world) => world.session.signIn({ forceLogin: true }),
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
    prepare: (world) => world.session.setSessionOnly(true),
  },
  {
    name: 'sign-in where no key is kept',
    ...byWindow,
    prepare(world) {
      world.host.keyless = true;
      return nothing();
    },
  },
  {
    name: 'sign-in whose id_token is refused',
    fxaOnly: true,
    ...byWindow,
    end: 'signedOut',
    after: ['signedOut'],
    prepare(world) {
      world.mock.faults.change({ signingKeyUnpublished: true });
      return nothing();
    },
  },
  {
    name: 'sign-in without a profile',
    ...byWindow,
    prepare(world) {
      world.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 500 } }]);
      return nothing();
    },
  },
  {
    name: 'sign-in in a tab, chosen',
    ...byWindow,
    after: ['signedOut', 'signedIn', 'signingIn'],
    prepare: tabsAllowed,
    run: (world) => inTab(world, () => world.session.signInInTab()),
  },
  {
    name: 'sign-in in a tab, when there is no window',
    ...byWindow,
    prepare(world) {
      world.host.windowless = true;
      return tabsAllowed(world);
    },
    run: (world) => inTab(world, () => world.session.signIn()),
  },
  {
    name: 'sign-in in a tab, allowed when asked',
    ...byWindow,
    run: (world) =>
      inTab(world, async () => {
        world.host.tabsAllowed = false;
        await world.session.signInInTab();
        world.host.tabsAllowed = true;
        await world.session.permissionAdded();
      }),
  },
  {
    name: 'sign-in in a tab, on top of a session',
    ...byWindow,
    after: ['signedIn'],
    async prepare(world) {
      await signedIn(world);
      await tabsAllowed(world);
    },
    run: (world) => inTab(world, () => world.session.signInInTab()),
  },
];

/** A window that a dead background launched but never recorded is in the way: the user is told, and closes it. */
async function asAda(world: FaultHarness): Promise<void> {
  world.signsInAs(ADA);
  await world.session.signIn();
  if (world.view()?.problem?.code !== 'busy') return;
  for (const id of world.host.windows.open) world.host.closeWindow(id);
  await world.session.signIn();
}
async function asAdaInTab(world: FaultHarness): Promise<void> {
  world.signsInAs(ADA);
  await world.session.cancelSignIn();
  await inTab(world, () => world.session.signInInTab());
}

export const CHANGES_OF_MIND: readonly UseCase[] = [
  {
    name: 'cancel',
    ...byWindow,
    after: ['signedOut'],
    async run(world) {
      await inFront(world, signIn);
      await world.session.cancelSignIn();
    },
    again: asAda,
  },
  {
    name: 'cancel of a tab',
    ...byWindow,
    prepare: tabsAllowed,
    after: ['signedOut', 'signingIn'],
    async run(world) {
      await inFront(world, () => world.session.signInInTab());
      await world.session.cancelSignIn();
    },
    again: asAdaInTab,
  },
  {
    name: 'the user closes the window',
    ...byWindow,
    after: ['signedOut'],
    async run(world) {
      await inFront(world, signIn);
      for (const id of world.host.windows.open) world.host.closeWindow(id);
      await settled(world);
    },
    again: asAda,
  },
  {
    name: 'the user closes the tab',
    ...byWindow,
    prepare: tabsAllowed,
    after: ['signedOut', 'signingIn'],
    async run(world) {
      await inFront(world, () => world.session.signInInTab());
      for (const id of world.host.tabs.keys()) world.host.closeTab(id);
      await settled(world);
    },
    again: asAdaInTab,
  },
  {
    name: 'a second click',
    ...byWindow,
    after: ['signedOut'],
    async run(world) {
      await inFront(world, signIn);
      await world.session.signIn();
    },
    again: asAda,
  },
  {
    name: 'sign-out in the middle of a sign-in',
    ...byWindow,
    prepare: signedIn,
    after: ['signedIn', 'signedOut'],
    async run(world) {
      await inFront(world, signIn);
      await world.session.signOut();
    },
    again: asAda,
  },
];
