// Starts the companion (database, load meter, worker, server, queue, in this order) and stops it in reverse.
import { discover } from '../fxa/discovery.ts';
import { followsStandards } from '../fxa/environments.ts';
import type { Http } from '../fxa/http.ts';
import { createApp } from './app.ts';
import { KEEP_ALIVE, type CompanionSettings } from './config.ts';
import type { Database, DatabaseKind } from './db/database.ts';
import { checkSecret, claimSpaces, everyClient } from './db/same-settings.ts';
import { openDatabase } from './db/open.ts';
import { parseNotification } from './db/notifications.ts';
import { withTimeouts } from './db/with-timeout.ts';
import { createEndpoints } from './endpoints.ts';
import { createStore } from './db/store.ts';
import { createRevoker } from './jobs/revocations.ts';
import { startWorker } from './jobs/worker.ts';
import { queuePackages, startIntake, type IntakeParts } from './queue/intake.ts';
import { startServer } from './server.ts';
import { createCounters } from './operations/counters.ts';
import { startLoadMeter } from './operations/load.ts';
import { createClocks, readingDates } from './operations/clock.ts';
import type { Log } from './operations/log.ts';
import { cachedFor } from './operations/cached-for.ts';
import type { Version } from './version.ts';

/** How long the status page's totals are cached. */
const STATE_CACHED_MS = 10_000;

/** A quarter of all connections; enough for a proxy that was not configured. */
const CONNECTIONS_PER_NETWORK = 1024;

export interface RunningCompanion {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Describes the database and what it doesn't guarantee. */
  readonly database: string;
  readonly kind: DatabaseKind;
  /** `host:port` of the database's server. */
  readonly host: string | undefined;
  /** Makes the heartbeats return 503 while requests are still served, and stops reading the queue. */
  readonly drain: () => void;
  /** Stops accepting requests, answers those in progress, and leaves queued work to the next start. */
  readonly stop: () => Promise<void>;
}

export interface CompanionOptions {
  readonly settings: CompanionSettings;
  readonly log: Log;
  readonly version: Version;
  /** Default: Node's. */
  readonly fetch?: typeof fetch;
  /** An open database, which is not closed on stop. Default: the one in the settings. */
  readonly database?: Database;
  /** Called with one sentence before this process ends itself; for standard error. */
  readonly printReason?: (why: string) => void;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /**
   * Milliseconds: after how long a due revocation counts as lost, and how often to look for such. Default: about two
   * minutes.
   */
  readonly redo?: { readonly overdueAfter: number; readonly sweepEvery: number };
  /** Seconds for `Poll-After`. Default: by how busy this process is. */
  readonly pollAfter?: () => number;
  /** Pauses in reading the queue. */
  readonly pause?: IntakeParts['pause'];
}

/**
 * Starts the companion. On failure nothing is left running.
 *
 * @throws FxaError when discovery of the issuer fails, StoreError as `openDatabase`, `checkSecret` and `claimSpaces`, and Node's error
 *   (`EADDRINUSE`, …) when it can't listen.
 */
export async function startCompanion(options: CompanionOptions): Promise<RunningCompanion> {
  const { settings, log, version, now = Date.now, redo, pause } = options;
  const clocks = createClocks((kind, outcome, seconds) =>
    log.event('clock', { kind, outcome, seconds }, outcome === 'ok' ? 'info' : 'error'),
  );
  const origins = new Set(
    [settings.issuer, settings.endpoints?.jwks ?? settings.issuer].map((url) => new URL(url).origin),
  );
  const http: Http = { fetch: readingDates(options.fetch ?? fetch, origins, clocks, now), now };
  const endpoints = createEndpoints({
    first: settings.endpoints ?? (await discover(settings.issuer, http)),
    http,
    now,
    changed: (known) => {
      origins.add(new URL(known.jwks).origin);
      log.event(
        'endpoints_changed',
        { kind: followsStandards({ endpoints: known }) ? 'oauth' : 'fxa' },
        'warn',
      );
    },
  });
  const packages = settings.queue && (await queuePackages());
  let isDraining = false;
  let isFrozen = false;
  const stops: (() => void | Promise<void>)[] = [];
  const stop = async () => {
    const failed: unknown[] = [];
    for (const end of stops.splice(0).reverse()) {
      // Stop every part even if another fails.
      try {
        await end();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw new AggregateError(failed, 'Not everything ended well');
  };
  try {
    const database =
      options.database ??
      (await openDatabase({
        url: settings.databaseUrl,
        dir: settings.dataDir,
        report: (change) => {
          isFrozen = change.isFrozen;
          if (change.isFrozen) log.event('database_away', { reason: 'frozen' }, 'error');
          else log.event('database_back', { seconds: change.seconds }, 'warn');
        },
        waits: (wait) => log.event('migration_waits', { ...wait }, 'warn'),
      }));
    if (!options.database) stops.push(() => database.close());
    database.onLost((error) => {
      log.failure('database_lost', error);
      options.printReason?.((error as Error).message);
      // Exit without cleanup: an orderly stop would write to files that are no longer ours.
      process.exit(1);
    });
    await checkSecret(database, settings);
    await claimSpaces(database, settings.clients);
    const store = createStore(database, redo);
    const state = cachedFor(STATE_CACHED_MS, now, (at) => store.operatorState(at));
    const counters = createCounters();
    const timedStore = withTimeouts(store);
    counters.gauge('database_breaker_open', 'Whether requests fail at once, as the database is frozen', () =>
      Number(isFrozen),
    );
    const load = options.pollAfter ? undefined : startLoadMeter();
    if (load) stops.push(load.stop);
    const { app, webhooks, deliver, onNotification } = createApp({
      settings,
      endpoints,
      store: timedStore,
      state,
      http,
      log,
      counters,
      version,
      clocks,
      stopping: () => isDraining,
      isDeaf: database.isDeaf,
      pollAfter: options.pollAfter ?? load?.pollAfter,
      now,
    });
    await database.listen((payload) =>
      onNotification(payload === undefined ? undefined : parseNotification(payload)),
    );

    const revoke = createRevoker({
      store,
      endpoints,
      http,
      now,
      report: (outcome) => counters.revocation(outcome),
    });
    stops.push(
      await startWorker({
        database,
        store,
        revoke,
        ...redo,
        log: ({ level, ...fields }) => log.event('worker_trouble', fields, level),
      }),
    );

    const server = await startServer({
      app,
      webhooks,
      host: settings.host,
      port: settings.port,
      times: { keepAlive: (settings.keepAlive ?? KEEP_ALIVE) * 1000 },
      ...(settings.trustedProxies === 0 && { connectionsPerNetwork: CONNECTIONS_PER_NETWORK }),
    });
    stops.push(server.stop);
    let stopIntake: (() => Promise<void>) | undefined;
    if (settings.queue && packages) {
      const { clients, secret, formerSecret, queue } = settings;
      stopIntake = startIntake({
        packages,
        settings: queue,
        clients,
        secret,
        formerSecret,
        everyClient: () => everyClient(database, clients),
        deliver,
        ping: () => timedStore.ping(),
        counters,
        log,
        now,
        ...(pause && { pause }),
      });
      stops.push(stopIntake);
    }
    return {
      origin: server.origin,
      database: database.description,
      kind: database.kind,
      host: database.host?.(),
      drain: () => {
        isDraining = true;
        void stopIntake?.();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
