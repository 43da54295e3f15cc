/** Parses faults and settings from JSON strictly, with a sentence about the first error. */
import { CALL_NAMES, type Fault, type Settings, type FaultEffectKind } from './model.ts';

/** An error in a description of faults. Names members, never values. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

/** A rule for a member: its description and test. */
export interface Rule {
  readonly wants: string;
  readonly fits: (value: unknown) => boolean;
  readonly needed?: boolean;
}

/** Integers in a range. */
export const whole = (min: number, max: number): Rule => ({
  wants: `a whole number from ${min} to ${max}`,
  fits: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
});
const oneOf = (...values: readonly string[]): Rule => ({
  wants: `one of ${values.join(', ')}`,
  fits: (value) => typeof value === 'string' && values.includes(value),
});
/** True or false. */
export const flag: Rule = { wants: 'true or false', fits: (value) => typeof value === 'boolean' };
const anything: Rule = { wants: 'an object', fits: () => true };
/** The same, but required. */
export const needed = (rule: Rule): Rule => ({ ...rule, needed: true });
const orFalse = (rule: Rule): Rule => ({
  wants: `${rule.wants}, or false`,
  fits: (value) => value === false || rule.fits(value),
});

const YEAR = 31_557_600;
const SECONDS = whole(0, YEAR);
const BODY_STATUS: Rule = {
  wants: 'a whole number from 200 to 599, and none that forbids a body',
  fits: (value) => whole(200, 599).fits(value) && ![204, 205, 304].includes(value as number),
};

export type Rules = Readonly<Record<string, Rule>>;

const EFFECTS: Readonly<Record<FaultEffectKind, Rules>> = {
  status: {
    status: needed(whole(400, 599)),
    errno: whole(1, 9999),
    error: {
      wants: 'a code of RFC 6749',
      fits: (value) => typeof value === 'string' && /^[a-z_]{1,40}$/.test(value),
    },
    retryAfter: SECONDS,
    bodyRetryAfter: orFalse(whole(0, YEAR * 1000)),
    cors: flag,
  },
  html: { status: BODY_STATUS, retryAfter: SECONDS, cors: flag },
  drop: {},
  'drop-after': {},
  truncated: { cut: needed(oneOf('connection', 'json')) },
  slow: { ms: needed(whole(0, 600_000)), at: oneOf('before', 'after', 'body') },
  silence: {},
  'not-json': { status: BODY_STATUS, cors: flag },
  empty: { status: BODY_STATUS, cors: flag },
};

const FAULT: Rules = {
  where: needed(oneOf(...CALL_NAMES)),
  what: needed(anything),
  times: whole(1, 1_000_000),
  skip: whole(0, 1_000_000),
  seconds: whole(1, YEAR),
};

const SETTINGS: Rules = {
  clockSkew: whole(-100 * YEAR, 100 * YEAR),
  keyRotations: whole(0, 1_000_000),
  signingKeyUnpublished: flag,
  hideMetricsEnabled: flag,
  eventsTwice: flag,
  eventsOutOfOrder: flag,
  eventsHeld: flag,
  eventsWrongKey: flag,
};

const MOST_FAULTS = 100;

export type Members = Readonly<Record<string, unknown>>;

/** The members of an object. Throws `FaultError` for anything else; `at` names it there. */
export function membersOf(value: unknown, at: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new FaultError(`${at} must be an object.`);
}

/** The members of an object that has only members with rules; `undefined` counts as absent. Throws `FaultError`. */
export function checked(value: unknown, rules: Rules, at: string): Members {
  const members = membersOf(value, at);
  for (const [key, member] of Object.entries(members)) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ');
      throw new FaultError(`${at} has no ${key.slice(0, 40)}; possible are: ${known || 'none'}.`);
    }
    if (member !== undefined && !rule.fits(member))
      throw new FaultError(`${at}.${key} must be ${rule.wants}.`);
  }
  for (const [key, rule] of Object.entries(rules)) {
    if (rule.needed === true && members[key] === undefined)
      throw new FaultError(`${at}.${key} is missing; it must be ${rule.wants}.`);
  }
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

function parseFault(value: unknown, at: string): Fault {
  const fault = checked(value, FAULT, at);
  const { kind, ...effect } = membersOf(fault.what, `${at}.what`);
  const kinds = oneOf(...Object.keys(EFFECTS));
  if (!kinds.fits(kind)) throw new FaultError(`${at}.what.kind must be ${kinds.wants}.`);
  const what = { kind, ...checked(effect, EFFECTS[kind as FaultEffectKind], `${at}.what`) };
  // The tables above match the types.
  return { ...fault, what } as unknown as Fault;
}

/** A list of faults. Throws `FaultError`. */
export function parseFaults(value: unknown): readonly Fault[] {
  if (!Array.isArray(value)) throw new FaultError('faults must be a list.');
  if (value.length > MOST_FAULTS) throw new FaultError(`faults may hold ${MOST_FAULTS} at most.`);
  return value.map((fault: unknown, index) => parseFault(fault, `faults[${index}]`));
}

/** The given settings. Throws `FaultError`. */
export function parseSettings(value: unknown): Partial<Settings> {
  return checked(value, SETTINGS, 'settings');
}

/** The body of `PUT /__standin/faults`; absent parts mean no fault. Throws `FaultError`. */
export function parseState(value: unknown): {
  readonly faults: readonly Fault[];
  readonly settings: Partial<Settings>;
} {
  const state = checked(value, { faults: anything, settings: anything }, 'The body');
  return { faults: parseFaults(state.faults ?? []), settings: parseSettings(state.settings ?? {}) };
}
