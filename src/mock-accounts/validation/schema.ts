/**
 * Validation of request members: fields in a fixed order, first failure wins, then unknown members, then rules between
 * members. The order matters, since the answer names the member that failed first.
 */
import { invalidParameter, type Source } from '../problems.ts';
import { INVALID, type Kind } from './types.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Presence = 'required' | 'optional' | 'forbidden';

export interface Field {
  readonly key: string;
  readonly kind: Kind;
  /** May depend on members validated earlier, so fields are ordered by dependency. */
  readonly presence: Presence | ((seen: Values) => Presence);
  readonly fallback?: unknown;
}

export interface Schema {
  readonly fields: readonly Field[];
  readonly unknown: 'stripped' | 'refused';
  /** Renames `from` to `to` first; a `to` that is there already is refused, even without a `from` (FxA 2019). */
  readonly rename?: { readonly from: string; readonly to: string };
  /** Exactly one of these must be there. */
  readonly exactlyOne?: readonly string[];
  /** All of these or none. */
  readonly allOrNone?: readonly string[];
}

export interface Failure {
  readonly keys: readonly string[];
  readonly missing: boolean;
}

export type Outcome =
  | { readonly ok: true; readonly values: Values }
  | { readonly ok: false; readonly failure: Failure };

/** A field that must be there. */
export const required = (key: string, kind: Kind): Field => ({ key, kind, presence: 'required' });
/** A field that may be left out. */
export const optional = (key: string, kind: Kind, fallback?: unknown): Field =>
  fallback === undefined
    ? { key, kind, presence: 'optional' }
    : { key, kind, presence: 'optional', fallback };
/** A field whose presence depends on what was validated before. */
export const depends = (key: string, kind: Kind, presence: (seen: Values) => Presence): Field => ({
  key,
  kind,
  presence,
});

const fails = (keys: readonly string[], missing = false): Outcome => ({
  ok: false,
  failure: { keys, missing },
});

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkField(field: Field, value: unknown, seen: Values): { value?: unknown; failure?: Failure } {
  const presence = typeof field.presence === 'function' ? field.presence(seen) : field.presence;
  if (value === undefined) {
    if (presence === 'required') return { failure: { keys: [field.key], missing: true } };
    return presence === 'optional' ? { value: field.fallback } : {};
  }
  const converted = presence === 'forbidden' ? INVALID : field.kind(value);
  return converted === INVALID ? { failure: { keys: [field.key], missing: false } } : { value: converted };
}

/** FxA: where an object is wanted, a string that holds one in JSON will do; so a body sent as text/plain passes. */
function unwrapped(input: unknown): unknown {
  if (typeof input !== 'string' || !/^\s*\{/.test(input)) return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

/** Validates `input` without throwing. */
export function check(schema: Schema, wrapped: unknown): Outcome {
  const input = unwrapped(wrapped);
  if (!isObject(input)) return fails(['']);
  const given = new Map(Object.entries(input));
  const { rename } = schema;
  if (rename !== undefined) {
    if (given.has(rename.to)) return fails(['']);
    if (given.has(rename.from)) given.set(rename.to, given.get(rename.from));
    given.delete(rename.from);
  }
  const values: Record<string, unknown> = {};
  for (const field of schema.fields) {
    const { value, failure } = checkField(field, given.get(field.key), values);
    if (failure !== undefined) return { ok: false, failure };
    if (value !== undefined) values[field.key] = value;
    given.delete(field.key);
  }
  const faults = schema.unknown === 'refused' ? [...given.keys()] : [];
  const present = (keys: readonly string[]) => keys.filter((key) => values[key] !== undefined).length;
  if (schema.exactlyOne !== undefined && present(schema.exactlyOne) !== 1) faults.push('');
  if (schema.allOrNone !== undefined && ![0, schema.allOrNone.length].includes(present(schema.allOrNone)))
    faults.push('');
  return faults.length > 0 ? fails(faults) : { ok: true, values };
}

/** Validates `input`, or throws the validation problem. */
export function validate(schema: Schema, input: unknown, source: Source = 'payload'): Values {
  const outcome = check(schema, input);
  if (outcome.ok) return outcome.values;
  throw invalidParameter(outcome.failure.keys, source, outcome.failure.missing);
}
