// Sessions that are over take leave of the companion: it is given the grants to destroy, and keeps at it until they are.
import { isFxaError } from '../fxa/errors.ts';
import { companionApi } from './companion-api.ts';
import { dropSeat, seatOf, seatOwners } from './companion-seats.ts';
import type { Context } from './context.ts';
import { currentOwners } from './record.ts';

/** The companion takes no more at once. */
const MOST_IDS = 20;

/** What is handed over leaves the outbox; what is not stays there and is destroyed from here. No fault of the companion's escapes. */
export async function takeLeave(context: Context): Promise<void> {
  const { store, ports, config } = context;
  for (const owner of await seatOwners(context)) {
    const { session, outbox } = await store.read();
    if (currentOwners(session).includes(owner)) continue;
    const seat = await seatOf(context, owner);
    if (seat?.origin !== config.companion?.origin || !seat) {
      await dropSeat(context, owner);
      continue;
    }
    const ids = outbox
      .filter((entry) => entry.session === owner && entry.issuer === config.issuer)
      .map(({ refreshTokenId }) => refreshTokenId)
      .slice(0, MOST_IDS);
    try {
      const taken = await companionApi(seat.origin, context.http()).end(seat.session, ids);
      if (taken) {
        await store.update((record) => ({
          ...record,
          outbox: record.outbox.filter(({ refreshTokenId }) => !ids.includes(refreshTokenId)),
        }));
      }
      await dropSeat(context, owner);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      // Without a grant to hand over, the companion forgets the session by itself in time.
      if (ids.length === 0) await dropSeat(context, owner);
    }
  }
}
