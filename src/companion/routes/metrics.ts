// Metrics routes: begin flows for extensions, which CORS keeps from doing it, and count events of people who allow it.
import { Hono, type Context } from 'hono';
import { COMPANION_PATHS } from '../../contract/companion.ts';
import { accountsUnavailable } from '../bearer/refusals.ts';
import type { Clients } from '../clients.ts';
import { readObject } from '../http/body.ts';
import { badRequest, Problem } from '../http/problem.ts';
import { beginFlow, isFlowParameter, sendEngage, type AccountsMetrics } from '../metrics/accounts-metrics.ts';
import { dayOf, readEvents } from '../metrics/events.ts';
import { PROFILE_COUNTS_MS } from '../sessions/responses.ts';
import { guarded, liveSession, presentedToken, type SessionSource } from '../sessions/authenticate.ts';
import { sessionHash, unseal } from '../sessions/token.ts';
import type { LiveSession } from '../store.ts';

/** The one event that is forwarded to Mozilla accounts instead of counted: this person used this client today. */
const ENGAGE = 'engage';

export interface MetricsParts extends SessionSource, AccountsMetrics {
  /** For the operator's totals. Names are chosen by clients, so the receiver must bound their number. */
  readonly measure?: (event: string, count: number) => void;
}

/** The routes `/v1/metrics-flow` and `/v1/metrics`. Errors are thrown as `Problem`; nothing is logged. */
export function metrics(parts: MetricsParts): Hono {
  const { store, clients, now, measure } = parts;
  const app = new Hono();

  const begin = async (c: Context) => {
    const { client, parameters } = flowRequest(c, clients);
    const flow = await beginFlow(parts, client, parameters).catch((error: unknown) => {
      throw accountsUnavailable(error);
    });
    return c.json(flow, 200, { 'cache-control': 'no-store' });
  };

  const count = guarded(async (c) => {
    const token = presentedToken(c);
    const events = readEvents(await readObject(c), now());
    const session = await liveSession(parts, token, now());
    const readSince = now() - PROFILE_COUNTS_MS;
    if (!session.metrics) throw metricsOff();
    if (session.metricsReadAt < readSince) {
      throw new Problem(403, 'consent_stale', 'The profile was read too long ago: refresh the session');
    }
    const toStore = events.filter(({ name }) => name !== ENGAGE);
    if (toStore.length > 0 && !(await store.addMetrics(sessionHash(token), toStore, readSince, now()))) {
      // An opt-out or a sign-out has arrived since.
      await liveSession(parts, token, now());
      throw metricsOff();
    }
    for (const event of events) measure?.(event.name, event.count);
    const today = dayOf(now());
    if (events.some(({ name, day }) => name === ENGAGE && day === today)) {
      // Not awaited, and failures are ignored: on an error the extension would resend, and count the other events
      // twice.
      engage(parts, session, token, today, readSince).catch(() => undefined);
    }
    return c.body(null, 202, { 'cache-control': 'no-store' });
  });

  /** Needs no consent, which may just have been withdrawn. */
  const forget = guarded(async (c) => {
    const { account, clientId } = await liveSession(parts, presentedToken(c), now());
    await store.forgetMetrics(account, clientId);
    return c.body(null, 204, { 'cache-control': 'no-store' });
  });

  app.get(COMPANION_PATHS.metricsFlow, begin);
  app.post(COMPANION_PATHS.metrics, count);
  app.delete(COMPANION_PATHS.metrics, forget);
  return app;
}

async function engage(
  parts: MetricsParts,
  { account, clientId, sealedUid }: LiveSession,
  token: Uint8Array,
  day: string,
  readSince: number,
): Promise<void> {
  const client = parts.clients.get(clientId);
  // FxA: a ping without a registered `Origin` is not counted.
  if (client?.origin === undefined) return;
  if (!(await parts.store.engageOnce(account, clientId, day, readSince))) return;
  await sendEngage(parts, client, unseal('companion uid', token, sealedUid));
}

function flowRequest(c: Context, clients: Clients) {
  const { client_id: ids = [], ...rest } = c.req.queries();
  const client = ids.length === 1 ? clients.get(ids[0] ?? '') : undefined;
  if (client === undefined) throw badRequest('client_id must be one of this companion');
  const parameters = new Map<string, string>();
  for (const [name, [value = '', ...more]] of Object.entries(rest)) {
    if (more.length > 0 || !isFlowParameter(name, value)) {
      throw badRequest('A parameter is unknown, repeated or malformed');
    }
    parameters.set(name, value);
  }
  return { client, parameters };
}

function metricsOff(): Problem {
  return new Problem(403, 'metrics_off', 'Metrics are off for this account');
}
