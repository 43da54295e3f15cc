// The use cases of a build with a companion.
import type { UseCase } from './crash-points.ts';
import type { Mood } from './fake-companion.ts';
import { ada, LATER_MS, LIN, passwordChanged } from './steps.ts';
import type { FaultHarness } from './harness.ts';

const harness = { companion: true } as const;
const tend = (one: FaultHarness) => one.session.runMaintenance();
const later = (one: FaultHarness) => {
  one.host.skew = LATER_MS;
};

async function signedIn(one: FaultHarness): Promise<void> {
  await one.session.signIn();
  await one.session.runMaintenance();
  const companionSessions = Object.keys(one.host.local.get('companion') ?? {});
  if (one.view()?.status !== 'signedIn' || companionSessions.length !== 1)
    throw new Error('The preparation found no session at the companion.');
}

const staying = { harness, after: ['signedIn'], end: 'signedIn', run: tend } as const;

/** Signed in, and then something happened. */
const when = (happens: (one: FaultHarness) => unknown) => async (one: FaultHarness) => {
  await signedIn(one);
  // A session checked in the very instant of a change counts as checked after it.
  one.time.advance(1000);
  await happens(one);
  later(one);
};

function signOut(mood: Mood): UseCase {
  return {
    name: `sign-out with a companion that is ${mood}`,
    harness,
    prepare: when(({ companion }) => (companion.mood = mood)),
    async run(one) {
      await one.session.signOut();
      await one.session.runMaintenance();
    },
    after: ['signedIn', 'signedOut'],
    end: 'signedOut',
  };
}

export const WITH_COMPANION: readonly UseCase[] = [
  {
    ...staying,
    name: 'a companion session is created',
    prepare: async (one) => {
      one.companion.mood = 'down';
      await one.session.signIn();
      await one.session.runMaintenance();
      one.companion.mood = 'truthful';
      later(one);
    },
  },
  {
    ...staying,
    name: 'the companion tells of a new profile',
    prepare: when((one) => one.mock.store.profileChanged(ada(one))),
  },
  {
    ...staying,
    name: 'the companion tells of an opt-out',
    prepare: when((one) => one.mock.store.setMetricsEnabled(ada(one), false)),
  },
  {
    ...staying,
    name: 'metrics are opened again, at the companion too',
    prepare: when((one) => {
      one.mock.store.setMetricsEnabled(ada(one), false);
      one.mock.store.setMetricsEnabled(ada(one), true);
    }),
  },
  {
    ...staying,
    name: 'the companion has lost everything',
    prepare: when(({ companion }) => companion.forget()),
  },
  { ...staying, name: 'the companion lies', prepare: when(({ companion }) => (companion.mood = 'lies')) },
  {
    name: 'the companion tells of a new password',
    harness,
    prepare: when(passwordChanged),
    run: tend,
    after: ['signedIn', 'needsReauth'],
    end: 'needsReauth',
  },
  {
    name: 'the companion tells of a deleted account',
    harness,
    prepare: when((one) => one.mock.store.deleteAccount(ada(one).uid)),
    run: tend,
    after: ['signedIn', 'signedOut'],
    end: 'signedOut',
  },
  {
    name: 'the companion tells of a deleted account after the proof',
    harness,
    async prepare(one) {
      await when((same) => {
        one.companion.mood = 'down';
        same.mock.store.deleteAccount(ada(same).uid);
      })(one);
      await one.session.runMaintenance();
      if (one.view()?.status !== 'needsReauth') throw new Error('The preparation found no proof.');
      one.companion.mood = 'truthful';
      one.host.skew += LATER_MS;
    },
    run: tend,
    after: ['needsReauth', 'signedOut'],
    end: 'signedOut',
  },
  ...(['truthful', 'down', 'deaf', 'busy'] as const).map(signOut),
  {
    name: 'another account takes the place, with a companion',
    harness,
    async prepare(one) {
      await signedIn(one);
      one.signsInAs(LIN);
    },
    run: (one) => one.session.signIn({ forceLogin: true }),
    after: ['signedIn'],
    end: 'signedIn',
  },
];
