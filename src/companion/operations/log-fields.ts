// What may stand in a log: a list of fields, each with the shape its values have. No shape fits a token, a uid, an address
// of e-mail or a sentence, so that none gets in whatever is passed by mistake.
import { isIP } from 'node:net';

const shape = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const number = (value: unknown) => typeof value === 'number' && Number.isFinite(value);

// In upper case as Node's and PostgreSQL's, or words in lower case as ours; the first digit in it ends neither.
const CODE = /^(?:[A-Z0-9][A-Z0-9_]{0,49}|[a-z]{1,24}(?:_[a-z]{1,24}){0,5})$/;
/** Of a table or a constraint, which are ours. */
const NAME = /^[a-z][a-z_]{0,39}$/;
const SEGMENT = '(?:[a-z][a-z-]{0,19}|v\\d|__[a-z]{1,19}__|\\*)';

const SHAPES = {
  method: shape(/^[A-Z]{1,10}$/),
  /** The pattern a route was declared with, never a URL. */
  route: shape(new RegExp(`^(?:\\*|/|(?:/${SEGMENT}){1,4})$`)),
  status: number,
  ms: number,
  /** Of the network, and only where the operator wants it. */
  address: (value: unknown) => typeof value === 'string' && isIP(value) !== 0,
  /** The class of an error. */
  name: shape(/^[A-Z][A-Za-z]{0,39}$/),
  code: shape(CODE),
  /** Where in our own source: `db/store.ts:41`. */
  at: shape(/^(?:[a-z][a-z-]{0,29}\/){0,3}[a-z][a-z.-]{0,29}\.[jt]s:\d{1,6}$/),
  reason: shape(CODE),
  /** The code of what was behind it: PostgreSQL's SQLSTATE, or the system's. */
  cause: shape(CODE),
  table: shape(NAME),
  constraint: shape(NAME),
  kind: shape(CODE),
  outcome: shape(CODE),
  count: number,
  attempts: number,
  seconds: number,
  /** Where it listens. */
  origin: shape(/^https?:\/\/(?:[a-z0-9.-]{1,80}|\[[0-9a-f:]{2,39}\])(?::\d{1,5})?$/),
  database: shape(CODE),
  /** Of a server: its name or address, and its port. */
  host: shape(/^(?:[a-z0-9.-]{1,80}|\[?[0-9a-f:]{2,39}\]?|\/[a-z0-9/._-]{1,80}):\d{1,5}$/),
  version: shape(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/),
} as const;

type FieldName = keyof typeof SHAPES;
type Numeric = 'status' | 'ms' | 'count' | 'attempts' | 'seconds';
export type Fields = {
  readonly [name in FieldName]?: (name extends Numeric ? number : string) | undefined;
};

export const WITHHELD = '[withheld]';

/** The fields that are known, and of each what has its shape. */
export function fit(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(fields).filter(
    ([name, value]) => Object.hasOwn(SHAPES, name) && value !== undefined,
  );
  return Object.fromEntries(
    known.map(([name, value]) => [name, SHAPES[name as FieldName](value) ? value : WITHHELD]),
  );
}

/** A type of entry, as written in the source: `request_failed`. */
export function fitType(type: string): string {
  return /^[a-z]{1,24}(?:_[a-z]{1,24}){0,5}$/.test(type) ? type : WITHHELD;
}

/** An error's class, its code, and where it came from. Its message may quote what it was about. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { name: 'Unknown' };
  return {
    // PostgreSQL's have a name in lower case.
    name: error.name === 'error' ? 'DatabaseError' : error.name,
    code: codeOf(error) ?? codeOf(error.cause),
    reason: textOf(error, 'why'),
    cause: codeOf(error) === undefined ? undefined : codeOf(error.cause),
    table: textOf(error, 'table') ?? textOf(error.cause, 'table'),
    constraint: textOf(error, 'constraint') ?? textOf(error.cause, 'constraint'),
    at: placeOf(error.stack),
  };
}

function textOf(error: unknown, name: string): string | undefined {
  const value = (Object(error) as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function placeOf(stack: string | undefined): string | undefined {
  return /^ +at (?!.*node_modules).*\/(?:companion|dist)\/((?:[a-z-]+\/)*[a-z.-]+\.[jt]s:\d+):\d+\)?$/m.exec(
    stack ?? '',
  )?.[1];
}
