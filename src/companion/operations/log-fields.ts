// The fields a log entry may have, each with a pattern for its values. No pattern matches a token, uid, e-mail address
// or sentence, so that none is logged by mistake.
import { isIP } from 'node:net';

const shape = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const number = (value: unknown) => typeof value === 'number' && Number.isFinite(value);

// Upper case as Node's and PostgreSQL's codes, or lower-case words as ours. Digits are excluded from the latter, so hex
// ids don't match.
const CODE = /^(?:[A-Z0-9][A-Z0-9_]{0,49}|[a-z]{1,24}(?:_[a-z]{1,24}){0,5})$/;
/** Name of one of our tables or constraints. */
const NAME = /^[a-z][a-z_]{0,39}$/;
const SEGMENT = '(?:[a-z][a-z-]{0,19}|v\\d|__[a-z]{1,19}__|\\*)';

const SHAPES = {
  method: shape(/^[A-Z]{1,10}$/),
  /** The route's pattern, never a URL. */
  route: shape(new RegExp(`^(?:\\*|/|(?:/${SEGMENT}){1,4})$`)),
  status: number,
  ms: number,
  /** Network address, only where the operator enables it. */
  address: (value: unknown) => typeof value === 'string' && isIP(value) !== 0,
  /** Class of an error. */
  name: shape(/^[A-Z][A-Za-z]{0,39}$/),
  code: shape(CODE),
  /** Position in our source: `db/store.ts:41`. */
  at: shape(/^(?:[a-z][a-z-]{0,29}\/){0,3}[a-z][a-z.-]{0,29}\.[jt]s:\d{1,6}$/),
  reason: shape(CODE),
  /** Code of the underlying error: PostgreSQL's SQLSTATE, or the system's. */
  cause: shape(CODE),
  table: shape(NAME),
  constraint: shape(NAME),
  kind: shape(CODE),
  outcome: shape(CODE),
  count: number,
  attempts: number,
  seconds: number,
  /** The origin it listens on. */
  origin: shape(/^https?:\/\/(?:[a-z0-9.-]{1,80}|\[[0-9a-f:]{2,39}\])(?::\d{1,5})?$/),
  database: shape(CODE),
  /** Host name or address of a server, and its port. */
  host: shape(/^(?:[a-z0-9.-]{1,80}|\[?[0-9a-f:]{2,39}\]?|\/[a-z0-9/._-]{1,80}):\d{1,5}$/),
  version: shape(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/),
} as const;

type FieldName = keyof typeof SHAPES;
type Numeric = 'status' | 'ms' | 'count' | 'attempts' | 'seconds';
export type Fields = {
  readonly [name in FieldName]?: (name extends Numeric ? number : string) | undefined;
};

const WITHHELD = '[withheld]';

/** Keeps known fields; values that don't match their pattern are withheld. */
export function fit(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = Object.entries(fields).filter(
    ([name, value]) => Object.hasOwn(SHAPES, name) && value !== undefined,
  );
  return Object.fromEntries(
    known.map(([name, value]) => [name, SHAPES[name as FieldName](value) ? value : WITHHELD]),
  );
}

/** Keeps an entry type that looks like one in the source (`request_failed`). */
export function fitType(type: string): string {
  return /^[a-z]{1,24}(?:_[a-z]{1,24}){0,5}$/.test(type) ? type : WITHHELD;
}

/** An error's class, code and origin. Never its message, which may quote data. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { name: 'Unknown' };
  return {
    // pg names PostgreSQL's errors `error`.
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
