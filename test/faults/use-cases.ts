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
  { name: 'profile', ...staying, run: (harness) => harness.session.refreshProfile() },
  {
    name: 'profile with a refresh',
    ...staying,
    async prepare(harness) {
      await signedIn(harness);
      harness.host.skew = LATER_MS;
    },
    run: (harness) => harness.session.refreshProfile(),
  },
  {
    name: 'profile with a token that is refused',
    ...staying,
    async prepare(harness) {
      await signedIn(harness);
      harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
    },
    run: (harness) => harness.session.refreshProfile(),
  },
  {
    name: 'a new display name',
    ...staying,
    harness: { scope: 'openid profile profile:write' },
    run: (harness) => harness.session.changeDisplayName('Ada'),
  },
  {
    name: 'renewal ahead, by alarm',
    ...staying,
    async prepare(harness) {
      await signedIn(harness);
      harness.host.skew = LATER_MS;
    },
    run: (harness) => harness.session.runMaintenance(),
  },
  {
    name: 'renewal by the auth server',
    ...staying,
    harness: { family: 'auth' },
    async prepare(harness) {
      await signedIn(harness);
      harness.host.skew = LATER_MS;
    },
    run: (harness) => harness.session.runMaintenance(),
  },
  {
    name: 'a hint that is wrong',
    ...staying,
    run: (harness) => harness.session.suspectEnd('password_changed'),
  },
  {
    name: 'a hint that is right',
    after: ['signedIn', 'needsReauth'],
    end: 'needsReauth',
    async prepare(harness) {
      await signedIn(harness);
      passwordChanged(harness);
    },
    run: (harness) => swallow(harness.session.suspectEnd('password_changed')),
  },
  {
    name: 'a hint that the account is gone',
    ...ending,
    async prepare(harness) {
      await signedIn(harness);
      harness.mock.store.deleteAccount(ada(harness).uid);
    },
    run: (harness) => swallow(harness.session.suspectEnd('account_deleted')),
  },
];

const settings: readonly UseCase[] = [
  {
    name: 'from now on, end with the browser',
    ...staying,
    afterBrowser: ['signedOut'],
    run: (harness) => harness.session.setSessionOnly(true),
    again: (harness) => again(harness, () => harness.session.setSessionOnly(true)),
  },
  {
    name: 'from now on, outlive the browser',
    ...staying,
    prepare: sessionOnly,
    afterBrowser: ['signedOut'],
    run: (harness) => harness.session.setSessionOnly(false),
    again: (harness) => again(harness, () => harness.session.setSessionOnly(false)),
  },
  {
    name: 'a policy that sessions end with the browser',
    ...staying,
    afterBrowser: ['signedOut'],
    run(harness) {
      harness.host.policy = { ...harness.host.policy, sessionOnly: true };
      return harness.session.recover();
    },
    again: (harness) => again(harness, () => harness.session.recover()),
  },
];

/** Signs in again after a session that ended with the browser. */
async function again(harness: FaultHarness, what: () => Promise<unknown>): Promise<void> {
  if (harness.view()?.status === 'signedOut') await harness.session.signIn();
  await what();
}

const offline = { where: 'api', what: { kind: 'drop' } } as const;

const endings: readonly UseCase[] = [
  { name: 'sign-out', ...ending, run: (harness) => harness.session.signOut() },
  {
    name: 'sign-out, and ask who',
    ...ending,
    run: (harness) => harness.session.signOut({ forceLogin: true }),
  },
  {
    name: 'sign-out of a session that ends with the browser',
    ...ending,
    prepare: sessionOnly,
    run: (harness) => harness.session.signOut(),
  },
  {
    name: 'the outbox, with faults on the way',
    ...ending,
    after: ['signedOut'],
    async prepare(harness) {
      await signedIn(harness);
      harness.mock.faults.set([offline]);
      await harness.session.signOut();
      await harness.session.runMaintenance();
      harness.host.skew = 60_000;
      harness.mock.faults.set([
        { where: 'destroy', what: { kind: 'drop-after' }, times: 1 },
        { where: 'destroy', what: { kind: 'status', status: 503, retryAfter: 60 }, times: 1 },
      ]);
    },
    async run(harness) {
      for (let tries = 0; tries < 5; tries++) {
        await harness.session.drainOutbox();
        harness.host.skew += 300_000;
      }
    },
  },
  {
    name: 'the key is lost',
    fxaOnly: true,
    ...ending,
    async prepare(harness) {
      await signedIn(harness);
      harness.host.memory.clear();
      // Tokens in the lost memory don't matter here.
      harness.mock.store.tokens
        .accessTokens()
        .forEach(({ id }) => harness.mock.store.tokens.removeAccessToken(id));
      tamper(harness, ({ session, ...record }) => {
        if (session.status !== 'signedIn') return record;
        return {
          ...record,
          session: { ...session, grant: { ...session.grant, sealed: { refreshToken: 'broken' } } },
        };
      });
    },
    run: (harness) => harness.session.refreshProfile(),
  },
  {
    name: 'reset of a record that cannot be read',
    ...ending,
    unreadable: true,
    after: ['signedOut'],
    async prepare(harness) {
      await signedIn(harness);
      tamper(harness, ({ settings, ...record }) => record);
    },
    run: (harness) => harness.session.reset(),
  },
  {
    name: 'another build: client or server',
    ...ending,
    after: ['signedOut'],
    async prepare(harness) {
      await signedIn(harness);
      tamper(harness, (record) => ({ ...record, deployment: `${ORIGIN} another` }));
    },
    async run(harness) {
      await harness.session.recover();
      await harness.session.runMaintenance();
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
    prepare(harness) {
      const { before } = fixtures[name];
      harness.host.local.set('record', structuredClone(before));
      const text = JSON.stringify(before);
      const { uid } = ada(harness);
      for (const id of new Set(
        [...text.matchAll(/"refreshTokenId":"(\w+)"/g)].map(([, found = '']) => found),
      ))
        harness.mock.store.tokens.addRefreshToken({ id, clientId: CLIENT, uid, scope: 'openid profile' });
      return nothing();
    },
    async run(harness) {
      await harness.session.recover();
      await harness.session.runMaintenance();
      await swallow(harness.session.accessToken('profile'));
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
