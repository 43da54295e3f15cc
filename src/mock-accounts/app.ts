/**
 * The mock server: Mozilla accounts on your own machine, for development and tests. Its eras: `2019` and `2023` respond
 * as those years' servers were recorded to, `today` as 2023 with what current documentation and source code are known
 * to have changed, `next` as the planned server.
 *
 * Differences from the real servers:
 * - Everything is on one origin over http. The path selects the server; in tests, so does a foreign port in the Host
 *   header.
 * - Sessions do not use Hawk: `/v1/oauth/authorization` accepts `Authorization: Bearer <session token>` or the pages'
 *   cookie, which is ignored in cross-origin requests.
 * - Passwords are sent and kept in clear text, without client-side key stretching. Nothing outlives the process.
 * - No email is sent. Sign-up shows its confirmation code on the page.
 * - No devices, Sync, subscription platform, pairwise `sub` Of all rate limits
 *   only that of wrong passwords, per address.
 * - `POST /v1/authorization` validates its parameters, then rejects: identity assertions cannot be made here.
 * - Scoped keys are derived on the server instead of in the browser.
 * - Pages validate parameters like the real ones, but have their own look and inner URLs. `prompt=none` knows the
 *   errors by name; no client is on the allow-list for silent sign-in with an email address.
 * - Default pictures are SVG; uploaded ones are neither scaled nor re-encoded.
 * - Signing keys are new at each start, and the published second key never signs.
 * - Webhooks are set at start and may use http. Events are sent at once and retried after 100 ms, with increasing
 *   pauses of up to 10 s (the real broker: ten minutes), for seven days by this server's clock. Pending events end with
 *   the process. A changed metrics setting sends only that event; whether the real broker also sends a profile change
 *   is unknown.
 * - `/metrics-flow` accepts every request, without CORS, unless it has a list of allowed origins. The real one
 *   always has a list.
 * - In 2019, tokens of a deleted account stay valid, because the event that ends them is never sent.
 * - `/__standin/` is its own: people and tests set faults there.
 */
import { Hono } from 'hono';
import { createCustoms } from './auth/customs.ts';
import { authApp } from './auth/auth-app.ts';
import { type AnyEra, type Era, type EraRules, rulesOf } from './era.ts';
import { createEvents, type Events } from './events/events.ts';
import type { Timing } from './events/sender.ts';
import { controlApp, isControl } from './faults/control-app.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { injectFaults } from './faults/inject.ts';
import { withClock } from './next/clock.ts';
import { createGrants } from './next/grants.ts';
import { nextApp } from './next/next-app.ts';
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
  readonly era: AnyEra;
  /** In era `next`, false lets no extension in, as oidc-provider does unless it is told otherwise. */
  readonly cors?: boolean;
  /** In era `next`, true gives all sign-ins of a browser the same grant, as oidc-provider does by default. */
  readonly sharedGrants?: boolean;
  /** Its public origin, such as `http://127.0.0.1:9720`; also the issuer. */
  readonly origin: string;
  /** The clock, in milliseconds. */
  readonly now?: () => number;
  /** Wraps the work of era `next`, some of which threads do: for tests that drive time. */
  readonly during?: (work: Promise<Response>) => Promise<Response>;
  /** Signing keys to share between mock servers, since generating RSA keys is slow. */
  readonly keys?: Keys;
  /** Replaces the seed clients. */
  readonly clients?: readonly Client[];
  /** Webhook URLs by client id. */
  readonly webhooks?: Readonly<Record<string, string>>;
  /** Overrides the event broker's pauses, in milliseconds. */
  readonly eventTiming?: Partial<Timing>;
  /** `false`: wrong passwords are never too many. */
  readonly customs?: boolean;
  /** The origins that may request `/metrics-flow`. Absent: any. */
  readonly metricsFlowOrigins?: readonly string[];
}

export interface MockServer {
  readonly app: Hono;
  readonly store: Store;
  readonly context: MockContext;
  /** The active faults; none at first. */
  readonly faults: Faults;
  /** Sends account events to webhooks. */
  readonly events: Events;
  /** The latest requests to `/metrics-flow`. */
  readonly metricsFlows: readonly MetricsFlowRequest[];
}

/** The rules of an era, as changed by faults. */
function rulesUnder(faults: Faults, era: Era): EraRules {
  const rules = rulesOf(era);
  return {
    ...rules,
    get metricsEnabledInProfile() {
      return rules.metricsEnabledInProfile && !faults.settings.hideMetricsEnabled;
    },
  };
}

/** Creates a mock server with the seed clients and accounts. Needs no port: use `app.request(…)`. */
export function createMockServer(options: MockServerOptions): MockServer {
  const { now: machineNow = Date.now, origin, during = (work: Promise<Response>) => work } = options;
  const faults = createFaults(machineNow);
  const now = () => withClock(undefined, machineNow) + faults.settings.clockSkew * 1000;
  const isNext = options.era === 'next';
  const era: Era = options.era === 'next' ? 'today' : options.era;
  const rules = rulesUnder(faults, era);
  const grants = isNext ? createGrants(now) : undefined;
  const store = createStore(rules, now, grants?.tokens);
  seedStore(store, options.clients);
  const keys = rotatingKeys(options.keys ?? createKeys(now), faults);
  const { webhooks = {}, eventTiming = {} } = options;
  const events = createEvents({ store, keys, now, origin, faults, webhooks, timing: eventTiming });
  const metricsFlows = createMetricsFlows(now, options.metricsFlowOrigins);
  const allowed = options.customs === false ? Number.POSITIVE_INFINITY : rules.wrongPasswordsAllowed;
  const customs = createCustoms(now, allowed);
  const context: MockContext = { rules, store, keys, now, origin, metricsFlows, customs };
  const apps: Readonly<Record<Role, Hono>> = {
    oauth: oauthApp(context),
    auth: authApp(context),
    profile: profileApp(context),
    images: imagesApp(context),
    content: contentApp(context),
  };
  const next =
    grants &&
    nextApp(context, grants, {
      cors: options.cors ?? true,
      sharedGrants: options.sharedGrants,
    });
  const control = controlApp({ faults, events, store, now });
  const ownPort = new URL(origin).port;
  const app = new Hono();
  app.all('*', (c) => {
    if (isControl(c.req.path)) return control.fetch(c.req.raw, c.env);
    const role = next?.roleOf(c.req.path) ?? roleOf(c.req.header('host') ?? '', c.req.path, era, ownPort);
    // In a browser, the servers' root URLs show the front page, too.
    const page =
      c.req.method === 'GET' &&
      c.req.path === '/' &&
      (c.req.header('accept')?.includes('text/html') ?? false);
    const server: Role = page ? 'content' : role;
    const { raw: request } = c.req;
    const isStandard = next?.takes(c.req.path) ?? false;
    const answer = () =>
      next && isStandard
        ? during(Promise.resolve(next.app.fetch(request, c.env)))
        : apps[server].fetch(request, c.env);
    return injectFaults(faults, { request, env: c.env, role: server, isStandard, rules, now, answer });
  });
  // The servers handle their own errors, so this is only a response that a fault has dropped.
  app.onError((error) => {
    throw error;
  });
  return { app, store, context, faults, events, metricsFlows: metricsFlows.asked };
}
