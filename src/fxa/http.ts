// The single funnel to the network: every request goes out from here, and every failure comes back as a coded error.
import { errorFromAnswer } from './answers.ts';
import type { Call } from './answers.ts';
import { readObject, type JsonObject } from './body.ts';
import { FxaError } from './errors.ts';

export interface Http {
  readonly fetch: typeof fetch;
  /** Milliseconds for one request, its body included. Default 10 000. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The clock against which a dated `Retry-After` is read, in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Keeps requests away from a host that asked to be left alone. */
  readonly gate?: Gate | undefined;
}

/** Asked before, and told after, each request. */
export interface Gate {
  /** @throws FxaError `rate_limited` or `server_unavailable` while the host is to be left alone. */
  pass(url: string): Promise<void>;
  /** What came back instead of an answer that could be used. */
  refused(url: string, error: FxaError): Promise<void>;
}

export type { JsonObject } from './body.ts';

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
}

// FxA: the preflight allows no other header an extension could want, and answers others without CORS headers. The last one
// is for the companion.
const HEADERS = ['accept', 'content-type', 'authorization', 'if-none-match'];
const DEFAULT_TIMEOUT = 10_000;

/**
 * Sends one request and returns the JSON object of a 2xx answer.
 *
 * @throws FxaError `cancelled` (the caller's signal), `offline` (no answer), `server_unavailable` (5xx, or no answer
 * in time), `rate_limited` (both also from the gate), `bad_response` with reason `not_json` or `refused`, and what the
 * table of answers.ts says.
 */
export async function requestJson(
  http: Http,
  call: Call,
  url: string,
  request: JsonRequest,
): Promise<JsonObject> {
  return (await requestAnswer(http, call, url, request)).body;
}

/** As `requestJson`, for callers who read the headers too. */
export async function requestAnswer(
  http: Http,
  call: Call,
  url: string,
  request: JsonRequest,
): Promise<{ readonly response: Response; readonly body: JsonObject }> {
  const { response, body } = await exchange(http, call, url, request);
  if (!response.ok) throw await refusal(http, call, url, { response, body });
  if (body === undefined) {
    throw new FxaError('bad_response', `The answer is not a JSON object (${call})`, {
      reason: 'not_json',
      status: response.status,
    });
  }
  return { response, body };
}

/** An answer of whatever status, and its body where that is a JSON object of a length that can be. */
export interface Exchanged {
  readonly response: Response;
  readonly body: JsonObject | undefined;
}

/**
 * Sends one request, for callers to whom a refusal is an answer.
 *
 * @throws FxaError `cancelled`, `offline`, `server_unavailable`, `rate_limited` as `requestJson`.
 */
export async function exchange(
  http: Http,
  call: Call,
  url: string,
  request: JsonRequest,
): Promise<Exchanged> {
  if (http.gate) await http.gate.pass(url);
  // Called as a bare function: browsers refuse a `fetch` whose `this` is some other object.
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
    // The body is read under the same deadline: a server may stall after its headers.
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

/** The error that an answer is; the gate is told of it. */
export async function refusal(
  http: Http,
  call: Call,
  url: string,
  { response: { status, headers }, body }: Exchanged,
): Promise<FxaError> {
  const error = errorFromAnswer(call, url, { status, headers, body }, http.now?.() ?? Date.now());
  await http.gate?.refused(url, error);
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
    // Cookies have no part in this, and FxA refuses them in CORS. Its API never redirects; who does is somebody else.
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    cache: 'no-store',
    signal,
  } as const;
}
