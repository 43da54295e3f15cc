// Reads a message of the queue: a raw account event of Mozilla accounts' auth server, as its event broker reads it.
import * as v from 'valibot';
import { isUid } from '../../fxa/environments.ts';
import { instant, isCapabilities } from '../security-events/events.ts';
import { Refusal } from '../security-events/refusal.ts';
import type { AccountEvent } from '../security-events/types.ts';

export interface AccountMessage {
  readonly uid: string;
  readonly event: AccountEvent;
}

const BARE = v.looseObject({ event: v.string() });
/** SNS wraps what it forwards, unless the subscription has raw message delivery. */
const ENVELOPE = v.pipe(
  v.object({ Message: v.pipe(v.string(), v.parseJson()) }),
  v.transform(({ Message }) => Message),
  BARE,
);
const BODY = v.pipe(v.string(), v.parseJson(), v.union([BARE, ENVELOPE]));

// FxA: `ts` is in seconds, and in every event; `timestamp`, in milliseconds, is missing from some.
const PASSWORD = v.object({ ts: v.nullish(v.number()), timestamp: v.nullish(v.number()) });
// FxA: `eventCreatedAt` is in seconds.
const SUBSCRIPTION = v.object({
  eventCreatedAt: v.number(),
  isActive: v.boolean(),
  productCapabilities: v.custom<string[]>(isCapabilities),
});

type Read = (message: object, now: number) => AccountEvent;

const passwordChange: Read = (message, now) => {
  const { ts, timestamp } = parse(PASSWORD, message);
  return { kind: 'password_change', changedAt: instant(timestamp ?? ts, now) };
};
// The address that such a message may carry is not read.
const profileChange: Read = () => ({ kind: 'profile_change' });

const EVENTS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['delete', () => ({ kind: 'delete_user' })],
  ['passwordChange', passwordChange],
  ['reset', passwordChange],
  ['profileDataChange', profileChange],
  ['primaryEmailChanged', profileChange],
  [
    'subscription:update',
    (message, now) => {
      const { eventCreatedAt, isActive, productCapabilities } = parse(SUBSCRIPTION, message);
      const changedAt = instant(eventCreatedAt, now);
      return { kind: 'subscription_state_change', capabilities: productCapabilities, isActive, changedAt };
    },
  ],
]);

/**
 * Reads the body of a message, bare or in an SNS envelope; undefined for an event that doesn't concern us. `now` in
 * milliseconds: a later change is refused, as in a SET.
 *
 * @throws Refusal `malformed` (not JSON, or no event), `subject` (no uid), `events` (another member), or `future`.
 */
export function readMessage(body: unknown, now: number): AccountMessage | undefined {
  const { success, output: message } = v.safeParse(BODY, body);
  if (!success) throw new Refusal('malformed');
  const read = EVENTS.get(message.event);
  if (read === undefined) return undefined;
  const { uid } = message;
  // FxA's own events.
  if (!isUid(uid, undefined)) throw new Refusal('subject');
  return { uid, event: read(message, now) };
}

function parse<const S extends v.GenericSchema>(schema: S, message: object): v.InferOutput<S> {
  const { success, output } = v.safeParse(schema, message);
  if (!success) throw new Refusal('events');
  return output;
}
