// The two questions `/metrics-flow` of Mozilla accounts answers. Asked from here: browsers may not, for want of CORS.
import { retryAfterSeconds } from '../../fxa/back-off.ts';
import { FxaError } from '../../fxa/errors.ts';
import { readObject, type JsonObject } from '../../fxa/body.ts';
import { parameterFault } from '../../fxa/parameters.ts';

/** Milliseconds, the body included. Nobody's sign-in is to wait longer for a number. */
const TIMEOUT_MS = 3000;

export interface AccountsMetrics {
  readonly fetch: typeof fetch;
  /** Of the content server, without a trailing slash. */
  readonly issuer: string;
  readonly clientId: string;
  /** The client's registered `Origin`. */
  readonly origin?: string | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

/** To be handed on all three or none; good for two hours. */
export interface Flow {
  readonly flowId: string;
  /** Milliseconds. */
  readonly flowBeginTime: number;
  readonly deviceId: string;
}

/**
 * Begins a flow for checked parameters.
 *
 * @throws FxaError `rate_limited`, `server_unavailable`, `bad_response`; or what `fetch` throws.
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
 * Says that a person has used this client today. FxA: read in code of about 2020, so a failure is ordinary and goes nowhere.
 * Never throws, never repeats.
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
