/**
 * The mock server: Mozilla accounts on your own machine, for developing and testing. It is built to the facts of the real servers,
 * in two eras: `2019` answers as that year's releases were recorded to answer, `today` follows today's documentation and source.
 *
 * Where it differs from the real thing:
 * - Everything lives on one origin over plain http. The path (or, in a test, a foreign port in the Host header) tells which server
 *   is meant.
 * - Sessions are not Hawk: `/v1/oauth/authorization` takes `Authorization: Bearer <session token>` or the pages' cookie;
 *   the cookie counts for nothing in a request from another origin.
 * - Passwords travel and are kept as they are: there is no client-side key stretching, and nothing is kept beyond this process.
 * - Nothing is mailed. The confirmation code of a sign-up stands on the page.
 * - There is no two-step sign-in, no device, no Sync, no subscription platform, no pseudonymous `sub`, no rate limit.
 * - `POST /v1/authorization` checks its parameters and then refuses: nobody here can make an identity assertion.
 * - Access tokens are always opaque; no client is given JWT access tokens. Scoped keys are derived on
 *   the server, where the real page does it in the browser; so this server knows them.
 * - Pages are of its own making: the parameters of the request are judged alike, the looks and addresses of inner steps are not.
 *   Of `prompt=none` it knows the errors by name; no client is on the allow-list for silent sign-in by address alone.
 * - Pictures are SVG where none was uploaded; uploaded ones are neither scaled nor re-encoded.
 * - Signing keys are new at every start, and the published second key never signs.
 * - Webhooks are registered by whoever starts it, and may be plain http. An event leaves at once. It is sent again after 100 ms, then
 *   after ever longer waits of 10 s at most; the real broker waits up to ten minutes. After seven days of this server's clock it is
 *   given up. What is pending ends with the process. A choice about metrics is told as that one event; whether the real broker tells of
 *   a changed profile beside it is not known.
 * - Whoever asks `/metrics-flow` is answered, and no page may read it, unless it is told which origins may ask. The real one, as far
 *   as its source is known, always has such a list, and refuses everybody else with 401, servers without an `Origin` too.
 * - In 2019 the event that ends the tokens of a deleted account never comes.
 * - `/__standin/` is its own: there people and tests set what is to go wrong.
 */
import { Hono } from 'hono';
import { authApp } from './auth/auth-app.ts';
import { type Era, type EraRules, rulesOf } from './era.ts';
import { createEvents, type Events } from './events/events.ts';
import type { Timing } from './events/sender.ts';
import { controlApp, isControl } from './faults/control-app.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { injectFaults } from './faults/inject.ts';
import { rotatingKeys } from './faults/rotating-keys.ts';
import { createKeys, type Keys } from './keys.ts';
import { oauthApp } from './oauth/oauth-app.ts';
import { contentApp } from './pages/content-app.ts';
import { createMetricsFlows, type MetricsFlowRequest } from './pages/metrics-flow.ts';
import { imagesApp } from './profile/images-app.ts';
import { profileApp } from './profile/profile-app.ts';
import { seedStore } from './seed.ts';
import { type Role, roleOf } from './routing.ts';
import { createStore, type Store } from './store/store.ts';
import type { Client } from './store/types.ts';
import type { MockContext } from './context.ts';

export interface MockServerOptions {
  readonly era: Era;
  /** Where it will be reached, e.g. `http://127.0.0.1:9720`; also the issuer. */
  readonly origin: string;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
  /** Signing keys to share between several mock servers: RSA keys take their time. */
  readonly keys?: Keys;
  /** Instead of the ready clients. */
  readonly clients?: readonly Client[];
  /** Where the events for a client go, by client id. */
  readonly webhooks?: Readonly<Record<string, string>>;
  /** Other than the usual waits of the event broker, in milliseconds. */
  readonly eventTiming?: Partial<Timing>;
  /** The origins that may ask `/metrics-flow`, everybody else being refused; without the list nobody is. */
  readonly metricsFlowOrigins?: readonly string[];
}

export interface MockServer {
  readonly app: Hono;
  readonly store: Store;
  readonly context: MockContext;
  /** What goes wrong; nothing at first. */
  readonly faults: Faults;
  /** Who is told of what happens to accounts. */
  readonly events: Events;
  /** What `/metrics-flow` was asked lately. */
  readonly metricsFlows: readonly MetricsFlowRequest[];
}

/** The rules of an era, as far as the faults leave them. */
function rulesUnder(faults: Faults, era: Era): EraRules {
  const rules = rulesOf(era);
  return {
    ...rules,
    get metricsEnabledInProfile() {
      return rules.metricsEnabledInProfile && !faults.settings.hideMetricsEnabled;
    },
  };
}

/** Builds a mock server with its ready clients and accounts. It needs no port: `app.request(…)` will do. */
export function createMockServer(options: MockServerOptions): MockServer {
  const { now: machineNow = Date.now, origin } = options;
  const faults = createFaults(machineNow);
  const now = () => machineNow() + faults.settings.clockSkew * 1000;
  const rules = rulesUnder(faults, options.era);
  const store = createStore(rules, now);
  seedStore(store, options.clients);
  const keys = rotatingKeys(options.keys ?? createKeys(now), faults);
  const { webhooks = {}, eventTiming = {} } = options;
  const events = createEvents({ store, keys, now, origin, faults, webhooks, timing: eventTiming });
  const metricsFlows = createMetricsFlows(now, options.metricsFlowOrigins);
  const context: MockContext = { rules, store, keys, now, origin, metricsFlows };
  const apps: Readonly<Record<Role, Hono>> = {
    oauth: oauthApp(context),
    auth: authApp(context),
    profile: profileApp(context),
    images: imagesApp(context),
    content: contentApp(context),
  };
  const control = controlApp({ faults, events, store, now });
  const ownPort = new URL(origin).port;
  const app = new Hono();
  app.all('*', (c) => {
    if (isControl(c.req.path)) return control.fetch(c.req.raw, c.env);
    const role = roleOf(c.req.header('host') ?? '', c.req.path, options.era, ownPort);
    // In a browser the servers' bare addresses show the front page too.
    const page =
      c.req.method === 'GET' &&
      c.req.path === '/' &&
      (c.req.header('accept')?.includes('text/html') ?? false);
    const server: Role = page ? 'content' : role;
    const { raw: request } = c.req;
    const answer = () => apps[server].fetch(request, c.env);
    return injectFaults(faults, { request, env: c.env, role: server, rules, now, answer });
  });
  // The servers answer for their own errors, so this is only ever an answer that a fault has lost.
  app.onError((error) => {
    throw error;
  });
  return { app, store, context, faults, events, metricsFlows: metricsFlows.asked };
}
