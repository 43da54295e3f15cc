// The companion's log: for machines in the mozlog shape that Dockerflow asks for, for people in plain lines.
import { hostname } from 'node:os';
import { type DestinationStream, pino } from 'pino';
import { errorFields, type Fields, fit, fitType } from './fields.ts';

/** Syslog's severities (RFC 5424), as mozlog has them. */
const SEVERITIES = { debug: 7, info: 6, warn: 4, error: 3 } as const;
export type Level = keyof typeof SEVERITIES;

export interface Log {
  /** `type`: words in lower case, joined by `_`. What has not the shape of its field is withheld. Default level: info. */
  event(type: string, fields?: Fields, level?: Level): void;
  /** An error by its class, code and place, never by its message. Default level: error. */
  failure(type: string, error: unknown, fields?: Fields, level?: Level): void;
  /** Whether entries of a level are written at all. */
  writes(level: Level): boolean;
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

type Write = (level: Level, type: string, fields: Record<string, unknown>) => void;

export function createLog({ format, level, out = process.stdout, now = Date.now }: LogOptions): Log {
  const writes = (asked: Level) => SEVERITIES[asked] <= SEVERITIES[level];
  const write = format === 'mozlog' ? mozlog(level, out, now) : plain(out, now);
  const event: Log['event'] = (type, fields = {}, at = 'info') => {
    if (writes(at)) write(at, fitType(type), fit(fields));
  };
  return {
    writes,
    event,
    failure: (type, error, fields = {}, at = 'error') =>
      event(type, { ...fields, ...errorFields(error) }, at),
  };
}

/** https://wiki.mozilla.org/Firefox/Services/Logging: MozLog 2.0 */
function mozlog(level: Level, out: DestinationStream, now: () => number): Write {
  const logger = pino(
    {
      level,
      base: { Logger: 'companion', Hostname: hostname(), EnvVersion: '2.0', Pid: process.pid },
      // In nanoseconds, which JavaScript's numbers cannot hold exactly.
      timestamp: () => `,"Timestamp":${now()}000000`,
      formatters: { level: (label) => ({ Severity: SEVERITIES[label as Level] }) },
    },
    out,
  );
  return (at, type, fields) => logger[at]({ Type: type, Fields: fields });
}

function plain(out: DestinationStream, now: () => number): Write {
  return (at, type, fields) => {
    const told = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
    const time = new Date(now()).toISOString().slice(11, 23);
    out.write(`${[time, at.padEnd(5), type, ...told].join(' ')}\n`);
  };
}
