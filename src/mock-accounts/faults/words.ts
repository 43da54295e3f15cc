/** Describes faults and settings for the panel. */
import { type ActiveFault, isSpent, secondsLeft, type Settings, type FaultEffect } from './model.ts';

function what(effect: FaultEffect): string {
  switch (effect.kind) {
    case 'status': {
      const number = effect.errno === undefined ? '' : `, errno ${effect.errno}`;
      const wait = effect.retryAfter === undefined ? '' : `, Retry-After ${effect.retryAfter}`;
      return `HTTP ${effect.status}${number}${wait}`;
    }
    case 'html':
      return `an HTML page, HTTP ${effect.status ?? 200}`;
    case 'drop':
      return 'connection reset';
    case 'drop-after':
      return 'work done, answer lost';
    case 'truncated':
      return effect.cut === 'json' ? 'half a JSON text' : 'connection lost in the middle of the answer';
    case 'slow': {
      const where = { before: 'before the work', after: 'after the work', body: 'within the body' };
      return `${effect.ms} ms ${where[effect.at ?? 'before']}`;
    }
    case 'silence':
      return 'no answer';
    case 'not-json':
      return `not JSON, HTTP ${effect.status ?? 200}`;
    case 'empty':
      return `nothing, HTTP ${effect.status ?? 200}`;
  }
}

const times = (count: number) => (count === 1 ? 'once' : `${count} times`);

/** What a fault does, e.g. `token: work done, answer lost`. */
export function faultInWords({ fault }: Pick<ActiveFault, 'fault'>): string {
  return `${fault.where}: ${what(fault.what)}`;
}

/** The progress of a fault, e.g. `hit once, 2 to go`. `now` in milliseconds. */
export function progressInWords(entry: ActiveFault, now: number): string {
  const { fault, hits, passed } = entry;
  const hit = hits === 0 ? 'not hit yet' : `hit ${times(hits)}`;
  if (isSpent(entry, now)) return `${hit}, over`;
  const skips = (fault.skip ?? 0) - passed;
  const parts = [
    hit,
    ...(skips > 0 ? [`lets ${skips} pass first`] : []),
    ...(fault.times === undefined ? [] : [`${fault.times - hits} to go`]),
    ...(fault.seconds === undefined ? [] : [`${Math.ceil(secondsLeft(entry, now))} s left`]),
  ];
  return parts.join(', ');
}

/** Descriptions of the settings that differ from the default, by name. */
export function settingsInWords(settings: Settings): readonly (readonly [keyof Settings, string])[] {
  const { clockSkew, keyRotations, signingKeyUnpublished, hideMetricsEnabled } = settings;
  const { eventsTwice, eventsOutOfOrder, eventsHeld, eventsWrongKey } = settings;
  const all: readonly (readonly [boolean, keyof Settings, string])[] = [
    [
      clockSkew !== 0,
      'clockSkew',
      `The clock is ${Math.abs(clockSkew)} s ${clockSkew < 0 ? 'behind' : 'ahead'}`,
    ],
    [keyRotations > 0, 'keyRotations', `The signing key was replaced ${times(keyRotations)}`],
    [signingKeyUnpublished, 'signingKeyUnpublished', 'The signing key is not published'],
    [hideMetricsEnabled, 'hideMetricsEnabled', 'Profiles lack metricsEnabled'],
    [eventsTwice, 'eventsTwice', 'Events are sent twice'],
    [eventsOutOfOrder, 'eventsOutOfOrder', 'Events are sent in reverse'],
    [eventsHeld, 'eventsHeld', 'Events are held back'],
    [eventsWrongKey, 'eventsWrongKey', 'Events are signed with a wrong key'],
  ];
  return all.filter(([wrong]) => wrong).map(([, name, words]) => [name, words]);
}
