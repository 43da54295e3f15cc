// Steps for a session that Mozilla accounts ended, whose companion learns the reason before or after.
import { expect } from 'vitest';
import type { CompanionHarness } from './companion-harness.ts';
import { CLIENT } from './harness.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** What may happen to Ada's account, and to the events about it; `harness` is the one of the running test. */
export function endingSteps(harness: () => CompanionHarness) {
  const steps = {
    companionSessions: () =>
      [harness().host.local, harness().host.memory].flatMap((area) =>
        Object.keys((area.get('companion') as object | undefined) ?? {}),
      ),
    ended: () => harness().view().endReason,
    holdEvents: (eventsHeld: boolean) => harness().mock.faults.change({ eventsHeld }),
    deleteAccount: () => harness().mock.store.deleteAccount(harness().ada.uid),
    changePassword: () => harness().mock.store.changePassword(harness().ada, 'another horse'),
    disconnect: () => harness().mock.store.disconnect(harness().ada.uid, CLIENT),

    /** Mozilla accounts rejects the grant when the popup opens, before the reason is known. */
    async proof(): Promise<void> {
      harness().host.memory.delete('tokens');
      await harness().session.popupOpened();
      expect(harness().view()).toMatchObject({
        status: 'needsReauth',
        account: { email: 'ada@example.com' },
        endReason: { reason: 'grant_revoked' },
      });
    },

    /** The events that were held arrive at the companion. */
    async eventsArrive(): Promise<void> {
      steps.holdEvents(false);
      await harness().mock.events.idle();
    },

    isErased(uid: string): void {
      expect(harness().view()).toMatchObject({
        status: 'signedOut',
        endReason: { reason: 'account_deleted' },
      });
      expect(harness().view()).not.toHaveProperty('account');
      for (const known of [uid, 'ada@example.com', 'Ada Lovelace'])
        expect(harness().stored()).not.toContain(known);
    },

    /** The paths about sessions that the companion is asked for, from now on. */
    pathsAsked(): string[] {
      const paths: string[] = [];
      const { fetch: network } = harness().host;
      harness().host.fetch = (input, init) => {
        const { pathname } = new URL(String(input));
        if (pathname.startsWith('/v1/session')) paths.push(pathname);
        return network(input, init);
      };
      return paths;
    },
  };
  return steps;
}
