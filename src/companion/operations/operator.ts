// The operator's password, and the metrics route behind it; the status page is separate.
import { Hono, type MiddlewareHandler } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import type { Counters } from './counters.ts';

export const OPERATOR = 'operator';

/**
 * Basic authentication as user `operator`, compared in constant time. `passwords`: one, or the new one and the old one,
 * separated by a comma.
 *
 * @throws HTTPException 401 with a challenge.
 */
export function operatorOnly(passwords: string): MiddlewareHandler {
  const [password = '', ...others] = passwords.split(',');
  const users = others.map((other) => ({ username: OPERATOR, password: other }));
  return basicAuth({ username: OPERATOR, password, realm: 'companion' }, ...users);
}

/** `GET /metrics` for Prometheus; absent without a password. */
export function prometheusRoute(counters: Counters, password: string | undefined): Hono {
  const app = new Hono();
  if (!password) return app;
  app.get('/metrics', operatorOnly(password), async (c) =>
    c.body(await counters.text(), 200, { 'content-type': counters.contentType, 'cache-control': 'no-store' }),
  );
  return app;
}
