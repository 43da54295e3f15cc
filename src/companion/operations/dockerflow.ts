// Dockerflow's health and version routes (https://github.com/mozilla-services/Dockerflow).
import { Hono } from 'hono';
import type { Version } from '../version.ts';
import type { Health } from './health.ts';

const NO_STORE = { 'cache-control': 'no-store' };
const COME_AGAIN = { ...NO_STORE, 'retry-after': '5' };

/**
 * `/__lbheartbeat__`: 200 while it runs. `/__heartbeat__`: 200 when an event could be stored, else 503. Both are 503
 * while `stopping`, so that load balancers use another instance. `/__version__`: the version.
 */
export function dockerflow(options: {
  readonly health: () => Promise<Health>;
  readonly stopping: () => boolean;
  readonly version: Version;
}): Hono {
  const { health, stopping, version } = options;
  const app = new Hono();
  const refuse = { status: 'stopping' };
  app.get('/__lbheartbeat__', (c) =>
    stopping() ? c.json(refuse, 503, COME_AGAIN) : c.json({ status: 'ok' }, 200, NO_STORE),
  );
  app.get('/__heartbeat__', async (c) => {
    if (stopping()) return c.json(refuse, 503, COME_AGAIN);
    const found = await health();
    return found.status === 'error' ? c.json(found, 503, COME_AGAIN) : c.json(found, 200, NO_STORE);
  });
  app.get('/__version__', (c) => c.json(version, 200, NO_STORE));
  return app;
}
