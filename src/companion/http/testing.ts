// For tests: a front with quiet parts, and requests from addresses of one's choice.
import type { Hono } from 'hono';
import { createCounters } from '../operations/counters.ts';
import { createLog } from '../operations/log.ts';
import type { OperatorState } from '../store.ts';
import { front, type FrontOptions } from './pipeline.ts';
import { ALLOWANCES, type Allowances } from './rate-limit.ts';

export const NO_STATE: OperatorState = {
  clients: {},
  deliveries: [],
  revocations: { pending: 0, setAside: [] },
};

/** What the log has written, line by line, is pushed to `lines`. */
export function testFront(options: Partial<FrontOptions> = {}, lines: string[] = []): Hono {
  return front({
    log: createLog({ format: 'mozlog', level: 'debug', out: { write: (line) => lines.push(line) } }),
    counters: createCounters(() => Promise.resolve(NO_STATE.revocations)),
    chromeExtensions: [],
    loopback: true,
    ...options,
  });
}

export function allowing(allowances: Partial<Allowances>): Allowances {
  return { ...ALLOWANCES, ...allowances };
}

/** What the server tells an app of a connection from an address. */
export function from(address: string): object {
  return { incoming: { socket: { remoteAddress: address } } };
}
