// The companion's routes, built from injected parts: the webhook, and one Hono app behind the request pipeline for all
// else. It listens to no port itself.
import type { Http } from '../fxa/http.ts';
import { isLoopback } from '../fxa/secure-url.ts';
import { createTokenCheck } from './bearer/check.ts';
import { accountName, everyKey, type Clients } from './clients.ts';
import type { CompanionSettings } from './config.ts';
import { endedBefore, type AccountNotification } from './db/notifications.ts';
import { createPipeline } from './http/pipeline.ts';
import { rateLimits } from './http/rate-limit.ts';
import type { CurrentEndpoints } from './endpoints.ts';
import type { Counters } from './operations/counters.ts';
import type { Clocks } from './operations/clock.ts';
import { dockerflow } from './operations/dockerflow.ts';
import { createHealth } from './operations/health.ts';
import { addGauges } from './operations/gauges.ts';
import type { Log } from './operations/log.ts';
import { prometheusRoute } from './operations/operator.ts';
import { createEventAges } from './operations/silence.ts';
import { createSessionMemory } from './sessions/memory.ts';
import { returnPage } from './return-page.ts';
import { me } from './routes/me.ts';
import { metrics } from './routes/metrics.ts';
import { sessions } from './routes/sessions.ts';
import { webhooks } from './routes/webhooks.ts';
import { createKeySet } from './security-events/key-set.ts';
import { createSetVerifier } from './security-events/verify-set.ts';
import { status } from './status/page.ts';
import type { OperatorState, Store, WebSignIns } from './store.ts';
import type { Version } from './version.ts';
import { isAuthorizedOrigin } from './web-sign-in/authorized-domains.ts';
import { webSignIn } from './web-sign-in/routes.ts';

export interface AppParts {
  readonly settings: CompanionSettings;
  readonly endpoints: CurrentEndpoints;
  readonly store: Store & WebSignIns;
  /** For the status page; may be a few seconds old. */
  readonly state: () => Promise<OperatorState>;
  readonly http: Http;
  readonly log: Log;
  readonly counters: Counters;
  readonly version: Version;
  readonly clocks: Clocks;
  /** Seconds to ask extensions for between two polls; 0, the default, for their own pauses. */
  readonly pollAfter?: (() => number) | undefined;
  /** True once this instance is about to stop. */
  readonly stopping: () => boolean;
  /** Whether notifications of other instances are lost at present (`Database.isDeaf`). */
  readonly isDeaf?: (() => boolean) | undefined;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Creates the routes over the parts, with what the caller has to stop, notify and mount. */
export function createApp(parts: AppParts) {
  const { settings, endpoints, store, http, log, counters, version, pollAfter, isDeaf, now } = parts;
  const { secret, formerSecret, realm, operatorPassword, trustedProxies, web = [] } = settings;
  const clients: Clients = new Map(settings.clients.map((client) => [client.clientId, client]));
  const findKey = createKeySet({
    endpoints,
    http,
    now,
    report: (error) => log.failure('keys_unreachable', error),
  });
  const tokens = createTokenCheck({
    clients: settings.clients,
    clientSecrets: new Map(web.map((client) => [client.clientId, client.secret])),
    endpoints,
    http,
    mode: settings.tokenCheck,
    findKey,
    secret,
    formerSecret,
    now,
    isDeaf,
    acceptedFor: settings.cacheTtl === undefined ? undefined : settings.cacheTtl * 1000,
    count: (outcome) => counters.tokenCache(outcome),
  });
  const memory = createSessionMemory(isDeaf);
  const evict = ({ account, endedBefore }: AccountNotification) => {
    tokens.evict(account, endedBefore);
    memory.evict(account);
  };
  let deliveriesWaiting = 0;
  // Evicts first, so that no cached verdict outlives the events even if the database fails.
  const deliver: Store['apply'] = (delivery) => {
    const before = endedBefore(delivery.events, delivery.at);
    for (const key of everyKey(delivery)) evict({ account: accountName(key), endedBefore: before });
    deliveriesWaiting += 1;
    return store.apply(delivery).finally(() => (deliveriesWaiting -= 1));
  };

  const eventAges = createEventAges({
    store,
    clients: settings.clients,
    expected: settings.expectedEvents,
    now,
  });
  const health = createHealth({
    store,
    discovery: endpoints.current().discovery,
    fetch: http.fetch,
    clocks: parts.clocks,
    eventAges,
    isDeaf: isDeaf ?? (() => false),
    now,
  });
  addGauges(counters, {
    health,
    eventAges,
    revocations: () => store.revocationState(),
    deliveriesWaiting: () => deliveriesWaiting,
    checkingTokens: tokens.asking,
    now,
  });

  let forwardedIgnored = false;
  const onForwarded = () => {
    if (trustedProxies > 0 || forwardedIgnored) return;
    forwardedIgnored = true;
    log.event('forwarded_address_ignored', {}, 'warn');
  };
  const limits = rateLimits(trustedProxies);
  const app = createPipeline({
    log,
    counters,
    chromeExtensions: settings.extensionIds,
    isWebOrigin: (origin) =>
      web.some(({ authorizedDomains }) => isAuthorizedOrigin(origin, authorizedDomains)),
    loopback: isLoopback(settings.host === '::1' ? '[::1]' : settings.host),
    limits,
    onForwarded,
  });
  const shared = { store, clients, secret, formerSecret, check: tokens.check, endpoints, http, now };
  const endingEverywhere = new Set(settings.clients.flatMap((one) => (one.everywhere ? one.clientId : [])));
  const endsEverywhere = endingEverywhere.size === 0 ? undefined : (id: string) => endingEverywhere.has(id);
  app
    .route('/', sessions({ ...shared, endsEverywhere, memory, pollAfter }))
    .route('/', metrics({ ...shared, measure: (name, count) => counters.metricsEvent(name, count) }))
    .route('/', me({ check: tokens.check, realm }))
    .route('/', returnPage())
    .route('/', dockerflow({ health, stopping: parts.stopping, version }))
    .route('/', prometheusRoute(counters, operatorPassword))
    .route(
      '/',
      status({
        clients,
        version,
        startedAt: now(),
        state: parts.state,
        health,
        forwardedIgnored: () => forwardedIgnored,
        counters,
        password: operatorPassword,
        now,
      }),
    );
  if (web.length > 0) {
    const report = (error: unknown) => log.failure('web_sign_in_failed', error, {}, 'warn');
    app.route('/', webSignIn({ ...shared, web, report }));
  }
  const verify = createSetVerifier({
    issuer: endpoints.current().issuer,
    clients,
    findKey,
    dialect: () => endpoints.current().dialect,
    now,
  });
  return {
    app,
    /** Answers webhook deliveries, without Hono: the server asks it first. */
    webhooks: webhooks({
      verify,
      deliver,
      limit: limits.webhooks,
      counters,
      log,
      trustedProxies,
      onForwarded,
      now,
      secret,
      formerSecret,
    }),
    /** Applies events, however they came; resolves after the commit. */
    deliver,
    /** To be called with what all instances notify of; undefined means that some may have been missed. */
    onNotification: (notifications: readonly AccountNotification[] | undefined) => {
      notifications?.forEach(evict);
      if (notifications !== undefined) return;
      tokens.evictAll();
      memory.evictAll();
    },
  };
}
