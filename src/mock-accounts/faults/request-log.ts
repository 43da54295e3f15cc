/** The last requests the mock server saw, for people to read. No query, no header, no body; nothing that may be a token. */
import type { FaultEffectKind } from './model.ts';

export interface LoggedRequest {
  /** Milliseconds, by this machine's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** What was answered; `lost` when nothing (whole) was, undefined while nothing is. */
  readonly status?: number | 'lost';
  /** The fault that took the request. */
  readonly fault?: FaultEffectKind;
}

export interface RequestLog {
  /** Notes a request; what comes of it is told to the function that comes back. */
  note(request: LoggedRequest): (outcome: Pick<LoggedRequest, 'status' | 'fault'>) => void;
  /** The newest first. */
  list(): readonly LoggedRequest[];
  clear(): void;
}

/** How many are kept. */
export const KEPT_REQUESTS = 20;

/** Nobody puts a token into a path on purpose, but a client under construction may. */
export function withoutSecrets(path: string): string {
  return path.replace(/[\w.~%-]{32,}/g, '…').slice(0, 100);
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  let entries: LoggedRequest[] = [];
  return {
    note(request) {
      let noted: LoggedRequest = { ...request, path: withoutSecrets(request.path) };
      entries = [noted, ...entries].slice(0, KEPT_REQUESTS);
      return (outcome) => {
        const told = { ...noted, ...outcome };
        entries = entries.map((entry) => (entry === noted ? told : entry));
        noted = told;
      };
    },
    list: () => entries,
    clear() {
      entries = [];
    },
  };
}
