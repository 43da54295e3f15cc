// One burst of requests by wrk, and what came of it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REQUESTS = fileURLToPath(new URL('requests.lua', import.meta.url));

export interface Load {
  readonly origin: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** A file of tokens, one a line; after a tab, the entity tag that the request names. */
  readonly tokens: string;
  readonly connections: number;
  /** The core that wrk has to itself; any when left out. */
  readonly core?: number | undefined;
}

export interface Burst {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

interface Told {
  readonly requests: number;
  readonly failed: number;
  /** These three in microseconds. */
  readonly duration: number;
  readonly p50: number;
  readonly p99: number;
}

/** @throws Error unless each request was answered with 2xx or 304. */
export async function burst(load: Load, seconds: number): Promise<Burst> {
  const { origin, method, path, tokens, connections, core } = load;
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', REQUESTS, origin];
  const [program = '', ...args] = core === undefined ? wrk : ['taskset', '-c', String(core), ...wrk];
  const { stdout } = await promisify(execFile)(program, [...args, '--', method, path, tokens]);
  const { requests, failed, duration, p50, p99 } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Told;
  if (failed > 0 || requests === 0) {
    throw new Error(
      `The run is invalid: of ${requests} requests to ${path}, ${failed} were not answered well.`,
    );
  }
  return { requests, rate: (requests / duration) * 1e6, p50: p50 / 1000, p99: p99 / 1000 };
}
