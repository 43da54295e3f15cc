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
export const signedIn = (world: FaultHarness) => once(world, 'signed in', () => signInAndTend(world));

async function signInAndTend(world: FaultHarness): Promise<void> {
  await world.session.signIn();
  await world.session.runMaintenance();
  if (world.view()?.status !== 'signedIn') throw new Error('The sign-in of the preparation failed.');
}

/** Waits for a moment that a background brings about; forever if that background is gone. */
export function moment(world: FaultHarness, come: () => boolean): Promise<void> {
  const { session } = world;
  return new Promise((resolve) => {
    const look = () => {
      if (session !== world.session || world.stopped) return;
      if (come()) resolve();
      else setImmediate(look);
    };
    look();
  });
}

/** Signs in, and resolves when the window or tab is known and waits for the user, who does nothing. */
export async function inFront(
  world: FaultHarness,
  how: (world: FaultHarness) => Promise<unknown>,
): Promise<void> {
  world.host.simulatedUser = neverAnswers;
  void how(world);
  const place = (key: string) => (world.host.memory.get(key) ?? {}) as { id?: unknown; tabId?: unknown };
  await moment(
    world,
    () => typeof place('authWindow').id === 'number' || place('tabAttempt').tabId !== undefined,
  );
  world.host.simulatedUser = simulatedUser(world.mock, ADA);
}

export const settled = (world: FaultHarness) => moment(world, () => world.view()?.status !== 'signingIn');

export function ada({ mock }: FaultHarness) {
  const account = mock.store.accounts.byEmail(ADA);
  if (!account) throw new Error('Ada has no account.');
  return account;
}

export const passwordChanged = (world: FaultHarness) =>
  world.mock.store.changePassword(ada(world), SEED_PASSWORD);

export const needsReauth = (world: FaultHarness) =>
  once(world, 'needs reauth', async () => {
    await signInAndTend(world);
    passwordChanged(world);
    await world.session.suspectEnd('password_changed').catch(() => undefined);
    await world.session.runMaintenance();
    if (world.view()?.status !== 'needsReauth')
      throw new Error('The session of the preparation did not end.');
  });

export const sessionOnly = (world: FaultHarness) =>
  once(world, 'session only', async () => {
    await world.session.setSessionOnly(true);
    await signInAndTend(world);
  });

/** Changes the stored record directly. */
export function tamper({ host }: FaultHarness, change: (record: StoredRecord) => unknown): void {
  host.local.set('record', change(structuredClone(host.local.get('record') as StoredRecord)));
}
