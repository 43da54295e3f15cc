/** The last requests, for people to read. Without query, headers, body and possible tokens. */
import type { FaultEffectKind } from './model.ts';

export interface LoggedRequest {
  /** Milliseconds, by this machine's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** The response status; `lost` for a dropped or truncated response, undefined while pending. */
  readonly status?: number | 'lost';
  /** The fault that applied. */
  readonly fault?: FaultEffectKind;
}

export interface RequestLog {
  /** Logs a request; call the returned function with its outcome. */
  note(request: LoggedRequest): (outcome: Pick<LoggedRequest, 'status' | 'fault'>) => void;
  /** Latest first. */
  list(): readonly LoggedRequest[];
  clear(): void;
}

/** The number of requests kept. */
export const KEPT_REQUESTS = 20;

/** Matches long path segments, where an unfinished client might put a token. */
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
        const updated = { ...noted, ...outcome };
        entries = entries.map((entry) => (entry === noted ? updated : entry));
        noted = updated;
      };
    },
    list: () => entries,
    clear() {
      entries = [];
    },
  };
}
