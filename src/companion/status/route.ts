// `GET /status`, behind the operator's password.
import { Hono } from 'hono';
import type { Counters } from '../operations/counters.ts';
import { operatorOnly } from '../operations/operator.ts';
import type { Health } from '../operations/health.ts';
import type { OperatorState } from '../store.ts';
import type { StatusFacts } from './facts.ts';
import { STATUS_POLICY, statusPage } from './page.ts';

export interface StatusOptions extends Pick<StatusFacts, 'clients' | 'version' | 'startedAt'> {
  /** Without a password the route is absent. */
  readonly password: string | undefined;
  readonly state: () => Promise<OperatorState>;
  readonly health: () => Promise<Health>;
  readonly forwardedIgnored?: () => boolean;
  readonly counters: Pick<Counters, 'webhooks'>;
  /** Default 7. */
  readonly silentDays?: number;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** The route. While the database is unavailable it still renders the page, with 503. */
export function status(options: StatusOptions): Hono {
  const { password, clients, version, startedAt, silentDays = 7, now = Date.now } = options;
  const app = new Hono();
  if (!password) return app;
  app.get('/status', operatorOnly(password), async (c) => {
    const state = await options.state().catch(() => undefined);
    const health = await options.health();
    const forwardedIgnored = options.forwardedIgnored?.() ?? false;
    const webhooks = await options.counters.webhooks();
    c.header('cache-control', 'no-store');
    c.header('content-security-policy', STATUS_POLICY);
    const page = statusPage({
      clients,
      version,
      startedAt,
      state,
      health,
      forwardedIgnored,
      webhooks,
      silentDays,
      now: now(),
    });
    const isWell = state !== undefined && health.status !== 'error';
    if (!isWell) c.header('retry-after', '5');
    return c.html(page, isWell ? 200 : 503);
  });
  return app;
}
