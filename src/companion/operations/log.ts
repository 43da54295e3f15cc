// The companion's log: mozlog JSON as Dockerflow requires, or plain lines for people. Per minute the first entries of a
// kind are written, the rest as one sum.
import { hostname } from 'node:os';
import { type DestinationStream, pino } from 'pino';
import { errorFields, type Fields, fit, fitType } from './log-fields.ts';

/** Syslog severities (RFC 5424), as in mozlog. */
const SEVERITIES = { debug: 7, info: 6, warn: 4, error: 3 } as const;
type Level = keyof typeof SEVERITIES;

export interface Log {
  /**
   * Logs an entry. `type`: lower-case words joined by `_`. Values that don't match their field's pattern are withheld.
   * Default level: info. Frequent repeats are summed up once a minute, except at debug.
   */
  event(type: string, fields?: Fields, level?: Level): void;
  /** Logs an error by class, code and position, never its message. Default level: error. */
  failure(type: string, error: unknown, fields?: Fields, level?: Level): void;
  /**
   * For what anonymous callers can trigger at will: logs the first of its kind per minute, then their sum. Level: info.
   */
  tally(type: string, fields: Fields, more?: Fields): void;
  /** Whether entries of this level are written. */
  writes(level: Level): boolean;
  /** Writes the pending sums now. */
  flush(): void;
}

export interface LogOptions {
  /** `mozlog`: JSON for machines; `plain`: lines for people. */
  readonly format: 'mozlog' | 'plain';
  readonly level: Level;
  /** Default: standard output. */
  readonly out?: DestinationStream;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** Maximum entries of one kind per minute: enough to see what happens, too few to fill a disk. */
const MOST_ALIKE = 20;
/** Maximum kinds per minute, far above what occurs; the rest are summed up as one. */
const MOST_KINDS = 200;
const REST = 'rest';
const MINUTE_SECONDS = 60;
const NUMBERS: ReadonlySet<string> = new Set(['ms', 'count', 'attempts', 'seconds']);

type Write = (level: Level, type: string, fields: Record<string, unknown>) => void;

/** Entries of one kind, of which the first is kept. */
interface Repetition {
  readonly level: Level;
  readonly type: string;
  readonly fields: Fields;
  written: number;
  summed: number;
}

/** Creates the log. Entries of a lower level than `level` are dropped. */
export function createLog({ format, level, out = process.stdout, now = Date.now }: LogOptions): Log {
  const write = format === 'mozlog' ? mozlog(level, out, now) : plain(out, now);
  const writes = (candidate: Level) => SEVERITIES[candidate] <= SEVERITIES[level];
  let kinds = new Map<string, Repetition>();
  let minute: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(minute);
    minute = undefined;
    const ended = kinds;
    kinds = new Map();
    for (const { level: at, type, fields, summed: count } of ended.values())
      if (count > 0)
        write(at, fitType(`${type}_repeated`), fit({ ...fields, count, seconds: MINUTE_SECONDS }));
  };

  /** Whether to write an entry now, of whose kind `most` are written per minute. */
  const admit = (at: Level, type: string, fields: Fields, most: number): boolean => {
    const name = kindOf(type, fields);
    const key = kinds.has(name) || kinds.size < MOST_KINDS ? name : REST;
    const kind = kinds.get(key) ?? { level: at, type, fields, written: 0, summed: 0 };
    kinds.set(key, kind);
    minute ??= setTimeout(flush, MINUTE_SECONDS * 1000).unref();
    if (kind.written < most) {
      kind.written += 1;
      return true;
    }
    kind.summed += 1;
    return false;
  };

  const event: Log['event'] = (type, fields = {}, at = 'info') => {
    if (!writes(at)) return;
    if (at === 'debug' || admit(at, type, fields, MOST_ALIKE)) write(at, fitType(type), fit(fields));
  };
  return {
    writes,
    event,
    failure: (type, error, fields = {}, at = 'error') =>
      event(type, { ...fields, ...errorFields(error) }, at),
    tally: (type, fields, more) => {
      if (writes('info') && admit('info', type, fields, 1))
        write('info', fitType(type), fit({ ...fields, ...more }));
    },
    flush,
  };
}

/** Entries that differ only in numbers are of one kind. */
function kindOf(type: string, fields: Fields): string {
  return JSON.stringify([type, ...Object.entries(fields).filter(([name]) => !NUMBERS.has(name))]);
}

/** https://wiki.mozilla.org/Firefox/Services/Logging: MozLog 2.0 */
function mozlog(level: Level, out: DestinationStream, now: () => number): Write {
  const logger = pino(
    {
      level,
      base: { Logger: 'companion', Hostname: hostname(), EnvVersion: '2.0', Pid: process.pid },
      // Nanoseconds, as text because they exceed JavaScript's exact integers.
      timestamp: () => `,"Timestamp":${now()}000000`,
      formatters: { level: (label) => ({ Severity: SEVERITIES[label as Level] }) },
    },
    out,
  );
  return (at, type, fields) => logger[at]({ Type: type, Fields: fields });
}

function plain(out: DestinationStream, now: () => number): Write {
  return (at, type, fields) => {
    const pairs = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
    const time = new Date(now()).toISOString().slice(11, 23);
    out.write(`${[time, at.padEnd(5), type, ...pairs].join(' ')}\n`);
  };
}
