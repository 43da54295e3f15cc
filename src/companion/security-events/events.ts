// Reads the `events` claim of a SET (RFC 8417, section 2.2).
import { Refusal } from './refusal.ts';
import { isObject } from './signature.ts';
import type { Claims } from './signature.ts';
import type { AccountEvent } from './types.ts';

/** Undefined for an event that doesn't concern us. */
type Read = (payload: Claims, signedAt: number) => AccountEvent | undefined;

const FXA = 'https://schemas.accounts.firefox.com/event/';
const OPENID = 'https://schemas.openid.net/secevent/';

// Other members of payloads are ignored. FxA: a profile-change may carry an address, which must be fetched rather than
// trusted.
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
  // OpenID's names for two of these (RISC and CAEP 1.0), for other senders.
  [`${OPENID}risc/event-type/account-purged`, () => ({ kind: 'delete_user' })],
  [
    `${OPENID}caep/event-type/credential-change`,
    ({ credential_type: type, event_timestamp: at }, signedAt) =>
      type === 'password' && at !== undefined
        ? { kind: 'password_change', changedAt: instant(at, signedAt) }
        : undefined,
  ],
]);

/** Allowed clock difference between two servers, in milliseconds. */
const CLOCK_SLACK = 60_000;
/** Smaller values are seconds. FxA: documented as seconds, sent as milliseconds. */
const LEAST_MILLISECONDS = 1e11;
const LONGEST_CAPABILITIES = 256;

/**
 * Reads all events. `signedAt` in milliseconds: a later change time is refused, since one in the far future would end
 * every session forever. A sender whose clock is ahead retries, and is accepted then.
 *
 * @throws Refusal `events`, or `future`.
 */
export function readEvents(
  events: unknown,
  signedAt: number,
): { readonly events: readonly AccountEvent[]; readonly unknownEvents: number } {
  const entries = isObject(events) ? Object.entries(events) : [];
  if (entries.length === 0) throw new Refusal('events');
  const known = entries.flatMap(([uri, payload]) => {
    if (!isObject(payload)) throw new Refusal('events');
    return EVENTS.get(uri)?.(payload, signedAt) ?? [];
  });
  return { events: known, unknownEvents: entries.length - known.length };
}

/** A change time in whole milliseconds, of seconds or milliseconds; throws as `readEvents`. */
export function instant(value: unknown, signedAt: number): number {
  if (typeof value !== 'number' || !(value > 0)) throw new Refusal('events');
  const milliseconds = Math.floor(value < LEAST_MILLISECONDS ? value * 1000 : value);
  if (milliseconds > signedAt + CLOCK_SLACK) throw new Refusal('future');
  return milliseconds;
}

/** Capability names are stored: control characters and lone surrogates, which a database would refuse, are not allowed. */
export function isCapabilities(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every(
      (name) =>
        typeof name === 'string' && name.length <= LONGEST_CAPABILITIES && /^[^\p{Cc}\p{Cs}]+$/u.test(name),
    )
  );
}
