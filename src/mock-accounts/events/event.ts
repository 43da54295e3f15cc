/** The events that Mozilla accounts sends to relying parties: URIs and payloads. */

/** FxA: the common prefix of event URIs. */
export const EVENT_PREFIX = 'https://schemas.accounts.firefox.com/event/';

/** FxA: the current event names; the last two are newer than 2019. */
export const EVENT_NAMES = [
  'password-change',
  'profile-change',
  'subscription-state-change',
  'delete-user',
  'metrics-opt-out',
  'metrics-opt-in',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];
export type Payload = Readonly<Record<string, unknown>>;

/** The URI for an event name; URIs are returned unchanged. */
export function eventUri(event: string): string {
  return event.includes(':') ? event : EVENT_PREFIX + event;
}

/** The name of an event of Mozilla accounts; undefined for other URIs. */
export function eventName(event: string): string {
  return event.startsWith(EVENT_PREFIX) ? event.slice(EVENT_PREFIX.length) : event;
}

/** The usual payload of an event at `now`, in milliseconds; empty for unknown events. */
export function usualPayload(event: string, uid: string, now: number): Payload {
  switch (eventName(event)) {
    case 'password-change':
      return { changeTime: now };
    case 'subscription-state-change':
      return { capabilities: ['premium'], isActive: true, changeTime: Math.floor(now / 1000) * 1000 };
    case 'profile-change':
      return { uid };
    default:
      return {};
  }
}
