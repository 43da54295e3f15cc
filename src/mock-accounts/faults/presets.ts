/** The most common faults, each with a button in the panel. */
import type { Fault, Settings } from './model.ts';

export interface Preset {
  readonly title: string;
  /** One line about what it does. */
  readonly description: string;
  /** Added before the other faults. */
  readonly fault?: Fault;
  /** Or a change of the settings. */
  readonly change?: (settings: Settings) => Partial<Settings>;
}

const DAY = 86_400;

/** By the name that the panel's buttons send. */
export const PRESETS = {
  offline: {
    title: 'Offline',
    description:
      'Every connection is reset. No route, no such host and a bad certificate look the same to a client.',
    fault: { where: 'any', what: { kind: 'drop' } },
  },
  silence: {
    title: 'No answer',
    description: 'The connection stands, nothing comes, until the client gives up.',
    fault: { where: 'api', what: { kind: 'silence' } },
  },
  slow: {
    title: 'Slow',
    description: 'Every answer of the API takes three seconds more.',
    fault: { where: 'api', what: { kind: 'slow', ms: 3000 } },
  },
  'rate-limited': {
    title: 'Rate limited for 60 s',
    description: 'The API answers 429 with Retry-After, and goes on by itself when the minute is over.',
    fault: { where: 'api', what: { kind: 'status', status: 429, retryAfter: 60 }, seconds: 60 },
  },
  unavailable: {
    title: '503',
    description: 'The API answers that it is unavailable, without saying for how long.',
    fault: { where: 'api', what: { kind: 'status', status: 503 } },
  },
  html: {
    title: 'HTML page',
    description: 'The page of a captive portal, with status 200, in place of every answer.',
    fault: { where: 'any', what: { kind: 'html' } },
  },
  'lose-token': {
    title: 'Lose the next token answer',
    description: 'The tokens are made, and the connection breaks before they arrive.',
    fault: { where: 'token', what: { kind: 'drop-after' }, times: 1 },
  },
  'day-ahead': {
    title: 'Clock one day ahead',
    description: 'The server thinks it is tomorrow: tokens it gave out before may be over for it.',
    change: () => ({ clockSkew: DAY }),
  },
  'day-behind': {
    title: 'Clock one day behind',
    description: 'The server thinks it is yesterday.',
    change: () => ({ clockSkew: -DAY }),
  },
  'rotate-keys': {
    title: 'Rotate keys',
    description: 'id_tokens are signed with a new key, and the old one is gone from the published ones.',
    change: ({ keyRotations }) => ({ keyRotations: keyRotations + 1 }),
  },
  'hide-metrics': {
    title: 'No metricsEnabled',
    description: 'Profiles do not say whether the person allows metrics, like those of older servers.',
    change: () => ({ hideMetricsEnabled: true }),
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** Faults of events, each with a switch in the panel. */
export const EVENT_SWITCHES = [
  {
    setting: 'eventsTwice',
    title: 'Events twice',
    description: 'Every event is sent again after it was acknowledged, as a new token.',
  },
  {
    setting: 'eventsOutOfOrder',
    title: 'Events out of order',
    description: 'Events are kept back for a moment; those that come together leave in reverse.',
  },
  {
    setting: 'eventsHeld',
    title: 'Events held back',
    description: 'No event is sent until this is put right. None is lost.',
  },
  {
    setting: 'eventsWrongKey',
    title: 'Events signed by a stranger',
    description: 'The key is not the published one of that name. What is refused for it is sent again.',
  },
] as const satisfies readonly { setting: keyof Settings; title: string; description: string }[];

export type PresetName = keyof typeof PRESETS;

/** All presets by name. */
export const presetOf = (name: string): Preset | undefined =>
  Object.hasOwn(PRESETS, name) ? PRESETS[name as PresetName] : undefined;
