// Client of Mozilla accounts' `/metrics-flow`. Called from here because that endpoint has no CORS headers for browsers.
import { retryAfterSeconds } from '../../fxa/back-off.ts';
import { FxaError } from '../../fxa/errors.ts';
import { readObject, type JsonObject } from '../../fxa/body.ts';
import { parameterFault } from '../../fxa/authorization-parameters.ts';

/** Milliseconds, including the body. A sign-in must not wait longer for metrics. */
const TIMEOUT_MS = 3000;

export interface AccountsMetrics {
  readonly fetch: typeof fetch;
  /** URL of the content server, without a trailing slash. */
  readonly issuer: string;
  readonly clientId: string;
  /** The client's registered `Origin`. */
  readonly origin?: string | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Use all three values or none; valid for two hours. */
export interface Flow {
  readonly flowId: string;
  /** Milliseconds. */
  readonly flowBeginTime: number;
  readonly deviceId: string;
}

/**
 * Begins a flow with validated parameters.
 *
 * @throws FxaError `rate_limited`, `server_unavailable`, `bad_response`; or whatever `fetch` throws.
 */
export async function beginFlow(
  metrics: AccountsMetrics,
  parameters: ReadonlyMap<string, string>,
): Promise<Flow> {
  const { status, ok, headers, body } = await answer(await ask(metrics, parameters));
  const flow = ok ? flowIn(body) : undefined;
  if (flow !== undefined) return flow;
  const code = status === 429 ? 'rate_limited' : status >= 500 ? 'server_unavailable' : 'bad_response';
  throw new FxaError(code, `No flow (HTTP ${status})`, {
    status,
    retryAfter: retryAfterSeconds(status, headers, body, metrics.now()),
  });
}

/**
 * Reports that a user was active in this client today. FxA: known only from code of about 2020, so failures are
 * expected and ignored. Never rejects or retries.
 */
export async function sendEngage(metrics: AccountsMetrics, uid: string): Promise<void> {
  try {
    const engaged = new Map(Object.entries({ event_type: 'engage', uid }));
    const response = await ask(metrics, engaged);
    await response.body?.cancel();
  } catch {
    // Best effort.
  }
}

function ask(metrics: AccountsMetrics, parameters: ReadonlyMap<string, string>): Promise<Response> {
  const { fetch, issuer, clientId, origin } = metrics;
  const query = new URLSearchParams([...parameters, ['service', clientId]]);
  return fetch(`${issuer}/metrics-flow?${query.toString()}`, {
    headers: { accept: 'application/json', ...(origin !== undefined && { origin }) },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

async function answer(response: Response) {
  const { status, ok, headers } = response;
  return { status, ok, headers, body: await readObject(response) };
}

function flowIn(body: JsonObject | undefined): Flow | undefined {
  const { flowId, flowBeginTime, deviceId } = body ?? {};
  if (typeof flowId !== 'string' || parameterFault('flow_id', flowId) !== undefined) return undefined;
  if (typeof deviceId !== 'string' || parameterFault('device_id', deviceId) !== undefined) return undefined;
  if (typeof flowBeginTime !== 'number') return undefined;
  if (parameterFault('flow_begin_time', String(flowBeginTime)) !== undefined) return undefined;
  return { flowId, flowBeginTime, deviceId };
}
