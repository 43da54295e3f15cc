// From the `events` of a SET (RFC 8417, section 2.2) to what happened to an account.
import { Refusal } from './refusal.ts';
import { isObject } from './signature.ts';
import type { Claims } from './signature.ts';
import type { AccountEvent } from './types.ts';

/** Undefined: nothing that is known here. */
type Read = (payload: Claims, signedAt: number) => AccountEvent | undefined;

const FXA = 'https://schemas.accounts.firefox.com/event/';
const OPENID = 'https://schemas.openid.net/secevent/';

// What a payload holds beyond this is never read. FxA: a changed profile may carry an address; it is to be fetched, not believed.
const EVENTS: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    `${FXA}password-change`,
    ({ changeTime }, signedAt) => ({ kind: 'password_change', changedAt: instant(changeTime, signedAt) }),
  ],
  [
    `${FXA}subscription-state-change`,
    ({ capabilities, isActive, changeTime }, signedAt) => {
      if (!isCapabilities(capabilities) || typeof isActive !== 'boolean') throw new Refusal('events');
      const changedAt = instant(changeTime, signedAt);
      return { kind: 'subscription_state_change', capabilities, isActive, changedAt };
    },
  ],
  [`${FXA}profile-change`, () => ({ kind: 'profile_change' })],
  [`${FXA}delete-user`, () => ({ kind: 'delete_user' })],
  [`${FXA}metrics-opt-out`, () => ({ kind: 'metrics_opt_out' })],
  [`${FXA}metrics-opt-in`, () => ({ kind: 'metrics_opt_in' })],
  // The same two things as OpenID names them (RISC and CAEP 1.0), for senders other than FxA's.
  [`${OPENID}risc/event-type/account-purged`, () => ({ kind: 'delete_user' })],
  [
    `${OPENID}caep/event-type/credential-change`,
    ({ credential_type: type, event_timestamp: at }, signedAt) =>
      type === 'password' && at !== undefined
        ? { kind: 'password_change', changedAt: instant(at, signedAt) }
        : undefined,
  ],
]);

/** Milliseconds that the clocks of two servers may differ. */
const CLOCK_SLACK = 60_000;
/** Instants below are in seconds. FxA: documented as seconds, sent as milliseconds. */
const LEAST_MILLISECONDS = 1e11;
const LONGEST_CAPABILITIES = 256;

/**
 * Reads them all. `signedAt` in milliseconds: a change that is later than that is not believed, since one in a distant future
 * would end every session for ever. A sender whose clock is merely ahead comes again, and is believed then.
 *
 * @throws Refusal `events`, or `future`.
 */
export function readEvents(
  events: unknown,
  signedAt: number,
): { readonly events: readonly AccountEvent[]; readonly unknownEvents: number } {
  if (!isObject(events)) throw new Refusal('events');
  const known: AccountEvent[] = [];
  let unknownEvents = 0;
  let none = true;
  for (const uri in events) {
    none = false;
    const payload = events[uri];
    if (!isObject(payload)) throw new Refusal('events');
    const event = EVENTS.get(uri)?.(payload, signedAt);
    if (event) known.push(event);
    else unknownEvents += 1;
  }
  if (none) throw new Refusal('events');
  return { events: known, unknownEvents };
}

/** Whole milliseconds. */
function instant(value: unknown, signedAt: number): number {
  if (typeof value !== 'number' || !(value > 0)) throw new Refusal('events');
  const milliseconds = Math.floor(value < LEAST_MILLISECONDS ? value * 1000 : value);
  if (milliseconds > signedAt + CLOCK_SLACK) throw new Refusal('future');
  return milliseconds;
}

// A capability is a name, and is kept: control characters and half characters are none a database would take.
function isCapabilities(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every(
      (name) =>
        typeof name === 'string' && name.length <= LONGEST_CAPABILITIES && /^[^\p{Cc}\p{Cs}]+$/u.test(name),
    )
  );
}
