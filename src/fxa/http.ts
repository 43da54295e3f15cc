// Sends every request and turns every failure into a coded error.
import { errorFromAnswer } from './error-table.ts';
import type { AnsweredRequest, Call } from './error-table.ts';
import { readObject, type JsonObject } from './body.ts';
import { FxaError } from './errors.ts';
import type { HostBackOff } from './host-back-off.ts';

export interface Http {
  readonly fetch: typeof fetch;
  /** Milliseconds for one request, including its body. Default 10 000. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The clock for a dated `Retry-After`, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Holds back requests to a host that asked clients to wait. */
  readonly backOff?: HostBackOff | undefined;
}

export type { JsonObject } from './body.ts';

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
  /** Of the server, for what its errors mean. */
  readonly dialect?: 'oauth2' | undefined;
}

// FxA: a preflight for any other header gets a response without CORS headers. `if-none-match` is for the companion.
const HEADERS = ['accept', 'content-type', 'authorization', 'if-none-match'];
const DEFAULT_TIMEOUT = 10_000;

/**
 * Sends one request and returns the JSON object of a 2xx response.
 *
 * @throws FxaError
 * - `cancelled`: the caller's signal
 * - `offline`: no response
 * - `server_unavailable` (5xx or timeout), `rate_limited`: also while `http.backOff` holds back requests
 * - `bad_response` with reason `not_json` or `refused`
 * - the codes in error-table.ts
 */
export async function requestJson(
  http: Http,
  call: Call,
  url: string,
  request: JsonRequest,
): Promise<JsonObject> {
  return (await requestAnswer(http, call, url, request)).body;
}

/** As `requestJson`, for callers that also read the headers. */
export async function requestAnswer(
  http: Http,
  call: Call,
  url: string,
  request: JsonRequest,
): Promise<{ readonly response: Response; readonly body: JsonObject }> {
  const { response, body } = await exchange(http, call, url, request);
  if (!response.ok) throw await refusal(http, { call, url, dialect: request.dialect }, { response, body });
  if (body === undefined) {
    throw new FxaError('bad_response', `The answer is not a JSON object (${call})`, {
      reason: 'not_json',
      status: response.status,
    });
  }
  return { response, body };
}

/**
 * `requestJson` as a `fetch` for oauth4webapi, which then sees only 200 responses with a JSON object: failures become
 * coded errors here.
 */
export function fetchJson(http: Http, call: Call, dialect?: 'oauth2') {
  return async (
    url: string,
    { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    const text = body instanceof URLSearchParams ? body.toString() : undefined;
    const request = { method: method as JsonRequest['method'], headers, dialect, body: text };
    return Response.json(await requestJson(http, call, url, request));
  };
}

/** A response of any status; `body` is undefined unless it is a JSON object within the size limit. */
export interface Exchanged {
  readonly response: Response;
  readonly body: JsonObject | undefined;
}

/**
 * Sends one request, for callers that handle error responses themselves.
 *
 * @throws FxaError `cancelled`, `offline`, `server_unavailable`, `rate_limited` as `requestJson`.
 */
export async function exchange(
  http: Http,
  call: Call,
  url: string,
  request: JsonRequest,
): Promise<Exchanged> {
  if (http.backOff) await http.backOff.check(url);
  // A bare call, because browsers reject `fetch` with another `this`.
  const { fetch, signal, timeout = DEFAULT_TIMEOUT } = http;
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  const late = new Error('timed out');
  const timer = setTimeout(() => {
    controller.abort(late);
  }, timeout);
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    const response = await fetch(url, init(request, controller.signal));
    // Within the same deadline, because a server may stall after its headers.
    return { response, body: await readObject(response) };
  } catch (cause) {
    if (signal?.aborted) throw new FxaError('cancelled', `Given up (${call})`, { cause });
    if (controller.signal.reason === late)
      throw new FxaError('server_unavailable', `No answer in ${timeout} ms (${call})`);
    if (cause instanceof TypeError) throw new FxaError('offline', `No connection (${call})`, { cause });
    throw new FxaError('internal', `The request failed (${call})`, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** The coded error for an error response, which is also recorded for the back-off. */
export async function refusal(
  http: Http,
  request: AnsweredRequest,
  { response: { status, headers }, body }: Exchanged,
): Promise<FxaError> {
  const error = errorFromAnswer(request, { status, headers, body }, http.now?.() ?? Date.now());
  await http.backOff?.record(request.url, error);
  return error;
}

function init({ method, headers, body }: JsonRequest, signal: AbortSignal) {
  const allowed = new Headers({ accept: 'application/json' });
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (HEADERS.includes(name.toLowerCase())) allowed.set(name, value);
  }
  return {
    method,
    headers: allowed,
    ...(body === undefined ? {} : { body }),
    // FxA rejects cookies in CORS. Its API never redirects, so a redirect comes from something in between.
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    signal,
  } as const;
}
