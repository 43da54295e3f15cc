// Steps for a session that Mozilla accounts ended, whose companion learns the reason before or after.
import { expect } from 'vitest';
import type { CompanionHarness } from './companion-harness.ts';
import { CLIENT } from './harness.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** What may happen to Ada's account, and to the events about it; `world` is the one of the running test. */
export function endingSteps(world: () => CompanionHarness) {
  const steps = {
    companionSessions: () =>
      [world().host.local, world().host.memory].flatMap((area) =>
        Object.keys((area.get('companion') as object | undefined) ?? {}),
      ),
    ended: () => world().view().endReason,
    holdEvents: (eventsHeld: boolean) => world().mock.faults.change({ eventsHeld }),
    deleteAccount: () => world().mock.store.deleteAccount(world().ada.uid),
    changePassword: () => world().mock.store.changePassword(world().ada, 'another horse'),
    disconnect: () => world().mock.store.disconnect(world().ada.uid, CLIENT),

    /** Mozilla accounts rejects the grant when the popup opens, before the reason is known. */
    async proof(): Promise<void> {
      world().host.memory.delete('tokens');
      await world().session.popupOpened();
      expect(world().view()).toMatchObject({
        status: 'needsReauth',
        account: { email: 'ada@example.com' },
        endReason: { reason: 'grant_revoked' },
      });
    },

    /** The events that were held arrive at the companion. */
    async eventsArrive(): Promise<void> {
      steps.holdEvents(false);
      await world().mock.events.idle();
    },

    isErased(uid: string): void {
      expect(world().view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'account_deleted' } });
      expect(world().view()).not.toHaveProperty('account');
      for (const known of [uid, 'ada@example.com', 'Ada Lovelace'])
        expect(world().stored()).not.toContain(known);
    },

    /** The paths about sessions that the companion is asked for, from now on. */
    pathsAsked(): string[] {
      const paths: string[] = [];
      const { fetch: network } = world().host;
      world().host.fetch = (input, init) => {
        const { pathname } = new URL(String(input));
        if (pathname.startsWith('/v1/session')) paths.push(pathname);
        return network(input, init);
      };
      return paths;
    },
  };
  return steps;
}
