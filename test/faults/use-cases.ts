// Every use case of the session, and the states allowed after an interruption anywhere.
import fixtures from '../fixtures/record-1-to-2.json' with { type: 'json' };
import type { UseCase } from './crash-points.ts';
import { WITH_COMPANION } from './use-cases-companion.ts';
import { WITH_METRICS } from './use-cases-metrics.ts';
import { CHANGES_OF_MIND, SIGN_INS } from './use-cases-sign-in.ts';
import { ada, LATER_MS, passwordChanged, sessionOnly, signedIn, tamper } from './steps.ts';
import { nothing, swallow, staying, ending } from './use-case-parts.ts';
import { CLIENT, ORIGIN, type FaultHarness } from './harness.ts';

const uses: readonly UseCase[] = [
  { name: 'profile', ...staying, run: (world) => world.session.refreshProfile() },
  {
    name: 'profile with a refresh',
    ...staying,
    async prepare(world) {
      await signedIn(world);
      world.host.skew = LATER_MS;
    },
    run: (world) => world.session.refreshProfile(),
  },
  {
    name: 'profile with a token that is refused',
    ...staying,
    async prepare(world) {
      await signedIn(world);
      world.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
    },
    run: (world) => world.session.refreshProfile(),
  },
  {
    name: 'a new display name',
    ...staying,
    world: { scope: 'openid profile profile:write' },
    run: (world) => world.session.changeDisplayName('Ada'),
  },
  {
    name: 'renewal ahead, by alarm',
    ...staying,
    async prepare(world) {
      await signedIn(world);
      world.host.skew = LATER_MS;
    },
    run: (world) => world.session.runMaintenance(),
  },
  {
    name: 'renewal by the auth server',
    ...staying,
    world: { family: 'auth' },
    async prepare(world) {
      await signedIn(world);
      world.host.skew = LATER_MS;
    },
    run: (world) => world.session.runMaintenance(),
  },
  { name: 'a hint that is wrong', ...staying, run: (world) => world.session.suspectEnd('password_changed') },
  {
    name: 'a hint that is right',
    after: ['signedIn', 'needsReauth'],
    end: 'needsReauth',
    async prepare(world) {
      await signedIn(world);
      passwordChanged(world);
    },
    run: (world) => swallow(world.session.suspectEnd('password_changed')),
  },
  {
    name: 'a hint that the account is gone',
    ...ending,
    async prepare(world) {
      await signedIn(world);
      world.mock.store.deleteAccount(ada(world).uid);
    },
    run: (world) => swallow(world.session.suspectEnd('account_deleted')),
  },
];

const settings: readonly UseCase[] = [
  {
    name: 'from now on, end with the browser',
    ...staying,
    afterBrowser: ['signedOut'],
    run: (world) => world.session.setSessionOnly(true),
    again: (world) => again(world, () => world.session.setSessionOnly(true)),
  },
  {
    name: 'from now on, outlive the browser',
    ...staying,
    prepare: sessionOnly,
    afterBrowser: ['signedOut'],
    run: (world) => world.session.setSessionOnly(false),
    again: (world) => again(world, () => world.session.setSessionOnly(false)),
  },
  {
    name: 'a policy that sessions end with the browser',
    ...staying,
    afterBrowser: ['signedOut'],
    run(world) {
      world.host.policy = { ...world.host.policy, sessionOnly: true };
      return world.session.recover();
    },
    again: (world) => again(world, () => world.session.recover()),
  },
];

/** Signs in again after a session that ended with the browser. */
async function again(world: FaultHarness, what: () => Promise<unknown>): Promise<void> {
  if (world.view()?.status === 'signedOut') await world.session.signIn();
  await what();
}

const offline = { where: 'api', what: { kind: 'drop' } } as const;

const endings: readonly UseCase[] = [
  { name: 'sign-out', ...ending, run: (world) => world.session.signOut() },
  { name: 'sign-out, and ask who', ...ending, run: (world) => world.session.signOut({ forceLogin: true }) },
  {
    name: 'sign-out of a session that ends with the browser',
    ...ending,
    prepare: sessionOnly,
    run: (world) => world.session.signOut(),
  },
  {
    name: 'the outbox, with faults on the way',
    ...ending,
    after: ['signedOut'],
    async prepare(world) {
      await signedIn(world);
      world.mock.faults.set([offline]);
      await world.session.signOut();
      await world.session.runMaintenance();
      world.host.skew = 60_000;
      world.mock.faults.set([
        { where: 'destroy', what: { kind: 'drop-after' }, times: 1 },
        { where: 'destroy', what: { kind: 'status', status: 503, retryAfter: 60 }, times: 1 },
      ]);
    },
    async run(world) {
      for (let tries = 0; tries < 5; tries++) {
        await world.session.drainOutbox();
        world.host.skew += 300_000;
      }
    },
  },
  {
    name: 'the key is lost',
    fxaOnly: true,
    ...ending,
    async prepare(world) {
      await signedIn(world);
      world.host.memory.clear();
      // Tokens in the lost memory don't matter here.
      world.mock.store.tokens
        .accessTokens()
        .forEach(({ id }) => world.mock.store.tokens.removeAccessToken(id));
      tamper(world, ({ session, ...record }) => {
        if (session.status !== 'signedIn') return record;
        return {
          ...record,
          session: { ...session, grant: { ...session.grant, sealed: { refreshToken: 'broken' } } },
        };
      });
    },
    run: (world) => world.session.refreshProfile(),
  },
  {
    name: 'reset of a record that cannot be read',
    ...ending,
    unreadable: true,
    after: ['signedOut'],
    async prepare(world) {
      await signedIn(world);
      tamper(world, ({ settings, ...record }) => record);
    },
    run: (world) => world.session.reset(),
  },
  {
    name: 'another build: client or server',
    ...ending,
    after: ['signedOut'],
    async prepare(world) {
      await signedIn(world);
      tamper(world, (record) => ({ ...record, deployment: `${ORIGIN} another` }));
    },
    async run(world) {
      await world.session.recover();
      await world.session.runMaintenance();
    },
  },
];

type FixtureName = keyof typeof fixtures;

/** As version 1 left it, and its grants as the server of that time knew them. */
function upgrade(name: FixtureName, expected: Pick<UseCase, 'after' | 'end'>): UseCase {
  return {
    name: `upgrade: ${name}`,
    fxaOnly: true,
    ...expected,
    prepare(world) {
      const { before } = fixtures[name];
      world.host.local.set('record', structuredClone(before));
      const text = JSON.stringify(before);
      const { uid } = ada(world);
      for (const id of new Set(
        [...text.matchAll(/"refreshTokenId":"(\w+)"/g)].map(([, found = '']) => found),
      ))
        world.mock.store.tokens.addRefreshToken({ id, clientId: CLIENT, uid, scope: 'openid profile' });
      return nothing();
    },
    async run(world) {
      await world.session.recover();
      await world.session.runMaintenance();
      await swallow(world.session.accessToken('profile'));
    },
  };
}

const upgrades: readonly UseCase[] = [
  upgrade('signed in, with a profile', { after: ['signedIn'], end: 'signedIn' }),
  upgrade('an attempt on top of a session', { after: ['signedIn'], end: 'signedIn' }),
  upgrade('signed out, with a grant that could not be destroyed yet', {
    after: ['signedOut'],
    end: 'signedOut',
  }),
  upgrade('a session that Mozilla accounts ended', { after: ['needsReauth'], end: 'needsReauth' }),
];

/** In groups of about equal duration. */
export const GROUPS = {
  'signing in': [...SIGN_INS],
  'changes of mind, settings and endings': [...CHANGES_OF_MIND, ...settings, ...endings, ...upgrades],
  'the use of a session, with a companion too': [...uses, ...WITH_COMPANION],
  metrics: [...WITH_METRICS],
} as const satisfies Readonly<Record<string, readonly UseCase[]>>;

export const USE_CASES: readonly UseCase[] = Object.values(GROUPS).flat();
