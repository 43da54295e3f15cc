// The use cases of users who allow metrics, and of users who opt out.
import { LOCAL } from '../../src/session/state/storage-items.ts';
import { EMPTY_QUEUE, type MetricsQueue } from '../../src/session/metrics/queue.ts';
import storage from '../fixtures/storage-0.1.0.json' with { type: 'json' };
import type { UseCase } from './crash-points.ts';
import type { Mood } from './fake-companion.ts';
import { isDeletionPending, metricsViolations } from './invariants.ts';
import { ada, LATER_MS, LIN, tamper } from './steps.ts';
import type { FaultHarness } from './harness.ts';

const harness = { companion: true, consent: true } as const;

const queueOf = ({ host }: FaultHarness) => (host.local.get(LOCAL.metrics) ?? EMPTY_QUEUE) as MetricsQueue;
const lin = ({ mock }: FaultHarness) => {
  const account = mock.store.accounts.byEmail(LIN);
  if (!account) throw new Error('Lin has no account.');
  return account;
};
const later = (one: FaultHarness) => {
  one.host.skew += LATER_MS;
};

async function signedIn(one: FaultHarness): Promise<void> {
  await one.session.popupOpened();
  await one.session.signIn();
  await one.session.runMaintenance();
  if (one.view()?.status !== 'signedIn' || one.view()?.metrics.blockedBy.length !== 0)
    throw new Error('The preparation found the gate closed.');
}

/** Signed in, and the companion has counts. */
async function counted(one: FaultHarness): Promise<void> {
  await signedIn(one);
  later(one);
  await one.session.runMaintenance();
  if (one.companion.held(ada(one).uid) === 0) throw new Error('The preparation found nothing counted.');
}

const waitingFor = (happens: (one: FaultHarness) => unknown) => async (one: FaultHarness) => {
  await counted(one);
  await one.session.popupOpened();
  await happens(one);
  later(one);
};

/** Ends with no counts left here or at the companion. */
const forgotten = (one: FaultHarness): string[] => {
  const { pending, sent } = queueOf(one);
  return [
    ...metricsViolations(one),
    ...(pending.length + sent.length > 0 ? ['counts are left here'] : []),
    ...(isDeletionPending(one) ? ['the companion was not told to forget'] : []),
    ...(one.companion.held(ada(one).uid) > 0 ? ['the companion has counts of Ada'] : []),
  ];
};

const staying = { harness, after: ['signedIn'], end: 'signedIn' } as const;

/** An opt-out, in one way or another, and what follows. */
function optOut(name: string, no: (one: FaultHarness) => Promise<unknown>): UseCase {
  return {
    ...staying,
    name: `metrics are refused: ${name}`,
    prepare: waitingFor(() => undefined),
    async run(one) {
      await no(one);
      await one.session.runMaintenance();
    },
    check: forgotten,
  };
}

/** The companion is in that mood at sign-out, and recovers afterwards. */
function refusedAndLeft(mood: Mood): UseCase {
  const run = async (one: FaultHarness) => {
    await one.session.setMetrics(false);
    await one.session.signOut();
    await one.session.runMaintenance();
  };
  return {
    name: `metrics are refused before signing out of a companion that is ${mood}`,
    harness,
    prepare: waitingFor(({ companion }) => (companion.mood = mood)),
    run,
    async again(one) {
      await run(one);
      one.companion.mood = 'truthful';
      later(one);
      await one.session.runMaintenance();
    },
    after: ['signedIn', 'signedOut'],
    end: 'signedOut',
    check: forgotten,
  };
}

export const WITH_METRICS: readonly UseCase[] = [
  {
    name: 'a sign-in with a flow and an address that was typed',
    harness,
    prepare: (one) => Promise.resolve(one.host.memory.set('typedAddress', 'ada@example.com')),
    async run(one) {
      await one.session.popupOpened();
      await one.session.signIn();
    },
    after: ['signedOut', 'signedIn'],
    end: 'signedIn',
    check: ({ host }) => (host.memory.get('typedAddress') ? ['the address that was typed is kept'] : []),
  },
  {
    ...staying,
    name: 'counts are sent',
    prepare: waitingFor(() => undefined),
    run: (one) => one.session.runMaintenance(),
    check: (one) => (queueOf(one).pending.length > 0 ? ['counts are never sent'] : []),
  },
  {
    ...staying,
    name: 'counts are sent, and the profile at the companion is old',
    prepare: waitingFor(({ companion }) => companion.stale()),
    run: (one) => one.session.runMaintenance(),
    check: (one) => (queueOf(one).pending.length > 0 ? ['counts are never sent'] : []),
  },
  optOut('by the switch', (one) => one.session.setMetrics(false)),
  optOut('at Mozilla accounts', (one) => {
    one.mock.store.setMetricsEnabled(ada(one), false);
    return one.session.refreshProfile();
  }),
  ...(['truthful', 'down', 'deaf', 'lies'] as const).map(refusedAndLeft),
  {
    ...staying,
    name: 'an upgrade from version 0.1.0, which still owed a deletion',
    async prepare(one) {
      await counted(one);
      const { metrics, companion } = storage['signed in, with a deletion that the companion still owes'];
      const [{ marks } = { marks: {} }] = Object.values(companion);
      const [[owner, companionSession]] = Object.entries(one.host.local.get('companion') ?? {}) as [
        [string, object],
      ];
      one.host.local.set(LOCAL.metrics, metrics);
      one.host.local.set('companion', { [owner]: { ...companionSession, marks } });
      tamper(one, (record) => ({ ...record, settings: { ...record.settings, metrics: false } }));
      later(one);
    },
    async run(one) {
      await one.session.recover();
      await one.session.runMaintenance();
    },
    check: forgotten,
  },
  {
    name: 'an account signs out with queued counts',
    harness,
    prepare: waitingFor(() => undefined),
    async run(one) {
      await one.session.signOut();
      await one.session.runMaintenance();
    },
    after: ['signedIn', 'signedOut'],
    end: 'signedOut',
    check: (one) => (queueOf(one).pending.length > 0 ? ['counts of a former account are still queued'] : []),
  },
  {
    name: 'another takes the place, and counts wait',
    harness,
    async prepare(one) {
      await counted(one);
      one.companion.mood = 'down';
      await one.session.popupOpened();
      one.signsInAs(LIN);
    },
    async run(one) {
      await one.session.signIn({ forceLogin: true });
      one.companion.mood = 'truthful';
      later(one);
      await one.session.runMaintenance();
    },
    after: ['signedIn'],
    end: 'signedIn',
    check: (one) => [
      ...metricsViolations(one),
      ...(one.companion.held(lin(one).uid) > 0 ? ['counts of Ada are filed under Lin'] : []),
    ],
  },
  {
    name: 'an account without consent signs in',
    harness,
    prepare: (one) => {
      one.signsInAs(LIN);
      return one.session.popupOpened();
    },
    async run(one) {
      await one.session.signIn();
      await one.session.runMaintenance();
    },
    after: ['signedOut', 'signedIn'],
    end: 'signedIn',
    check: (one) => [
      ...metricsViolations(one),
      ...(one.companion.received.size > 0 ? ['the companion got counts of an account without consent'] : []),
    ],
  },
];
