// Building blocks of use cases: signing in, waiting for a moment, bringing a session into another state.
import type { StoredRecord } from '../../src/session/state/record.ts';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { simulatedUser } from './simulated-user.ts';
import { once } from './snapshot.ts';
import type { FaultHarness } from './harness.ts';

export const ADA = 'ada@example.com';
export const LIN = 'lin@example.com';

/** So late that an access token issued an hour ago is stale but still alive. */
export const LATER_MS = 3_590_000;

export const neverAnswers = () => new Promise<never>(() => undefined);

/** Only for a new harness. */
export const signedIn = (harness: FaultHarness) => once(harness, 'signed in', () => signInAndTend(harness));

async function signInAndTend(harness: FaultHarness): Promise<void> {
  await harness.session.signIn();
  await harness.session.runMaintenance();
  if (harness.view()?.status !== 'signedIn') throw new Error('The sign-in of the preparation failed.');
}

/** Waits for a moment that a background brings about; forever if that background is gone. */
export function moment(harness: FaultHarness, come: () => boolean): Promise<void> {
  const { session } = harness;
  return new Promise((resolve) => {
    const look = () => {
      if (session !== harness.session || harness.stopped) return;
      if (come()) resolve();
      else setImmediate(look);
    };
    look();
  });
}

/** Signs in, and resolves when the window or tab is known and waits for the user, who does nothing. */
export async function inFront(
  harness: FaultHarness,
  how: (harness: FaultHarness) => Promise<unknown>,
): Promise<void> {
  harness.host.simulatedUser = neverAnswers;
  void how(harness);
  const place = (key: string) => (harness.host.memory.get(key) ?? {}) as { id?: unknown; tabId?: unknown };
  await moment(
    harness,
    () => typeof place('authWindow').id === 'number' || place('tabAttempt').tabId !== undefined,
  );
  harness.host.simulatedUser = simulatedUser(harness.mock, ADA);
}

export const settled = (harness: FaultHarness) =>
  moment(harness, () => harness.view()?.status !== 'signingIn');

export function ada({ mock }: FaultHarness) {
  const account = mock.store.accounts.byEmail(ADA);
  if (!account) throw new Error('Ada has no account.');
  return account;
}

export const passwordChanged = (harness: FaultHarness) =>
  harness.mock.store.changePassword(ada(harness), SEED_PASSWORD);

export const needsReauth = (harness: FaultHarness) =>
  once(harness, 'needs reauth', async () => {
    await signInAndTend(harness);
    passwordChanged(harness);
    await harness.session.suspectEnd('password_changed').catch(() => undefined);
    await harness.session.runMaintenance();
    if (harness.view()?.status !== 'needsReauth')
      throw new Error('The session of the preparation did not end.');
  });

export const sessionOnly = (harness: FaultHarness) =>
  once(harness, 'session only', async () => {
    await harness.session.setSessionOnly(true);
    await signInAndTend(harness);
  });

/** Changes the stored record directly. */
export function tamper({ host }: FaultHarness, change: (record: StoredRecord) => unknown): void {
  host.local.set('record', change(structuredClone(host.local.get('record') as StoredRecord)));
}
