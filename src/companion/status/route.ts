// `GET /status`, for whoever has the operator's password.
import { Hono } from 'hono';
import type { Counters } from '../operations/counters.ts';
import { operatorOnly } from '../operations/operator.ts';
import type { OperatorState } from '../store.ts';
import type { StatusFacts } from './facts.ts';
import { STATUS_POLICY, statusPage } from './page.ts';

export interface StatusOptions extends Pick<StatusFacts, 'clients' | 'version' | 'startedAt'> {
  /** Without one there is no such route. */
  readonly password: string | undefined;
  readonly state: () => Promise<OperatorState>;
  readonly counters: Pick<Counters, 'webhooks'>;
  /** Default 7. */
  readonly silentDays?: number;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** The route; it answers also while the database does not, with 503. */
export function status(options: StatusOptions): Hono {
  const { password, clients, version, startedAt, silentDays = 7, now = Date.now } = options;
  const app = new Hono();
  if (!password) return app;
  app.get('/status', operatorOnly(password), async (c) => {
    const state = await options.state().catch(() => undefined);
    const webhooks = await options.counters.webhooks();
    c.header('cache-control', 'no-store');
    c.header('content-security-policy', STATUS_POLICY);
    const page = statusPage({ clients, version, startedAt, state, webhooks, silentDays, now: now() });
    return c.html(page, state === undefined ? 503 : 200);
  });
  return app;
}
