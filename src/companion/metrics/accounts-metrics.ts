// Client of Mozilla accounts' `/metrics-flow`. Called from here because that endpoint has no CORS headers for browsers.
import { parameterFault, parseFlow, type MetricsFlow } from '../../fxa/authorization-parameters.ts';
import { retryAfterSeconds } from '../../fxa/back-off.ts';
import { readObject } from '../../fxa/body.ts';
import { FxaError } from '../../fxa/errors.ts';
import type { Http } from '../../fxa/http.ts';
import type { Client } from '../clients.ts';
import type { CurrentEndpoints } from '../endpoints.ts';

/** Milliseconds, including the body. A sign-in must not wait longer for metrics. */
const TIMEOUT_MS = 3000;

// FxA: the authorization request and `/metrics-flow` share these rules. They say where a sign-in began, nothing about a
// person.
const SHARED = [
  'entrypoint',
  'entrypoint_experiment',
  'entrypoint_variation',
  'utm_campaign',
  'utm_content',
  'utm_medium',
  'utm_source',
  'utm_term',
] as const;

const FORM_TYPE = /^(email|other|button|subscribe)$/;

export interface AccountsMetrics {
  readonly endpoints: Pick<CurrentEndpoints, 'current'>;
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
}

type MetricsClient = Pick<Client, 'clientId' | 'origin'>;

/** Whether a parameter is passed on, with a value Mozilla accounts accepts. Pure. */
export function isFlowParameter(name: string, value: string): boolean {
  if (name === 'form_type') return FORM_TYPE.test(value);
  const shared = SHARED.find((known) => known === name);
  return shared !== undefined && parameterFault(shared, value) === undefined;
}

/**
 * Begins a flow, valid for two hours, with validated parameters. Rejects with FxaError `rate_limited`,
 * `server_unavailable`, `bad_response`, or as `fetch` does.
 */
export async function beginFlow(
  metrics: AccountsMetrics,
  client: MetricsClient,
  parameters: ReadonlyMap<string, string>,
): Promise<MetricsFlow> {
  const response = await ask(metrics, client, parameters);
  const { status, ok, headers } = response;
  const body = await readObject(response);
  const flow = ok && body ? parseFlow(body) : undefined;
  if (flow !== undefined) return flow;
  const code = status === 429 ? 'rate_limited' : status >= 500 ? 'server_unavailable' : 'bad_response';
  throw new FxaError(code, `No flow (HTTP ${status})`, {
    status,
    retryAfter: retryAfterSeconds(status, headers, body, metrics.now()),
  });
}

/**
 * Reports that a user was active in this client today. FxA: known only from code of about 2020, so failures are
 * expected, and error responses ignored.
 */
export async function sendEngage(
  metrics: AccountsMetrics,
  client: MetricsClient,
  uid: string,
): Promise<void> {
  const response = await ask(metrics, client, new Map(Object.entries({ event_type: 'engage', uid })));
  await response.body?.cancel();
}

function ask(
  { endpoints, http: { fetch } }: AccountsMetrics,
  { clientId, origin }: MetricsClient,
  parameters: ReadonlyMap<string, string>,
): Promise<Response> {
  const query = new URLSearchParams([...parameters, ['service', clientId]]);
  return fetch(`${endpoints.current().issuer}/metrics-flow?${query.toString()}`, {
    headers: { accept: 'application/json', ...(origin !== undefined && { origin }) },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
