// One extension and one mock server without a network between them, in time the test controls. Made by the thousand.
import { discoveryUrl, mockServerEndpoints, type Endpoints } from '../../src/fxa/environments.ts';
import type { SessionConfig } from '../../src/session/context.ts';
import type { Environment } from '../../src/session/metrics/consent.ts';
import type { CachedToken, StoredRecord } from '../../src/session/state/record.ts';
import { createSession, type SessionService } from '../../src/session/index.ts';
import type { View } from '../../src/session/state/view.ts';
import { createMockServer, type MockServer } from '../../src/mock-accounts/app.ts';
import type { AnyEra } from '../../src/mock-accounts/era.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { seedClients, RETURN_PAGE } from '../../src/mock-accounts/seed.ts';
import { createHost, type Host } from '../harness/host.ts';
import { testSignal } from '../harness/test-signal.ts';
import { takeTime, type Time } from '../harness/time.ts';
import { COMPANION, createFakeCompanion, type FakeCompanion } from './fake-companion.ts';
import { fakeKeys, KEY_SCOPE } from './fake-keys.ts';
import { watchMetrics, type MetricsWatch } from './metrics-watch.ts';
import { simulatedUser } from './simulated-user.ts';

export const ORIGIN = 'http://127.0.0.1:9720';
export const CLIENT = 'a1b2c3d4e5f60001';
/** The origin that requests come from, as the server sees it. */
const EXTENSION = 'moz-extension://11111111-2222-3333-4444-555555555555';
export const START = Date.parse('2026-11-21T10:00:00Z');

/**
 * Which token endpoint a build uses, and how it knows it. FxA: there are two families, each with its own rejection of a
 * grant.
 */
export type Family = 'oauth' | 'auth' | 'discovered';

export interface HarnessOptions {
  readonly era?: AnyEra;
  readonly family?: Family;
  readonly scope?: string;
  readonly random?: () => number;
  /** Whether the build has a companion. */
  readonly companion?: boolean;
  /** Whether the build asks for scoped keys, which name their account. */
  readonly keys?: boolean;
  /** Whether the user consented to metrics, as asked by Firefox. */
  readonly consent?: boolean;
  /** Signal of the test; everything stops when it aborts. By default the running test's. */
  readonly signal?: AbortSignal;
  /** Wraps `fetch` of each context, numbered in order of their start. */
  readonly around?: (fetch: typeof globalThis.fetch, context: number) => typeof globalThis.fetch;
}

export interface FaultHarness {
  readonly era: AnyEra;
  readonly mock: MockServer;
  readonly companion: FakeCompanion;
  readonly metrics: MetricsWatch;
  /** The answers the browser has given so far to whether it keeps keys. */
  readonly keysTold: ReadonlySet<boolean>;
  readonly host: Host;
  readonly time: Time;
  readonly config: SessionConfig;
  session: SessionService;
  /** The network without the test's own faults. */
  readonly network: typeof fetch;
  /** Kills the background. */
  kill(): void;
  /** Kills the background and starts another over the same storage. */
  restart(): Promise<void>;
  /** Starts one more background over the same storage; it doesn't run its recovery. */
  start(): { session: SessionService; context: number; kill: () => void };
  /** Sets which account signs in in the auth window or tab from now on. */
  signsInAs(email: string): void;
  view(): View | undefined;
  record(): StoredRecord | undefined;
  tokens(): readonly CachedToken[];
  /** Releases the timers. */
  stop(): void;
  readonly stopped: boolean;
}

const keys = createKeys(() => START);

export function endpointsOf(family: Exclude<Family, 'discovered'>, era: AnyEra): Endpoints {
  const known = mockServerEndpoints(ORIGIN);
  if (family === 'oauth') return known;
  const token = `${ORIGIN}/v1/oauth/token`;
  return era === '2019' ? { ...known, token } : { ...known, token, destroy: `${ORIGIN}/v1/oauth/destroy` };
}

/** The discovery document of a deployment that names the auth server's endpoints. */
function ofAuthFamily(document: string): string {
  return document.replaceAll(/\/v1\/(?=(?:token|destroy)")/g, '/v1/oauth/');
}

/** What view and metrics depend on besides the record. */
export function environmentOf({ host, config }: Pick<FaultHarness, 'host' | 'config'>): Environment {
  const { policy, consent } = host;
  const { issuer, companion } = config;
  const keepsKeys = !host.keyless;
  return { issuer, policy, consent, companion: companion !== undefined, keepsKeys, tab: true };
}

export function createFaultHarness(options: HarnessOptions = {}): FaultHarness {
  const {
    era = 'today',
    family = era === '2019' ? 'discovered' : 'oauth',
    scope = 'openid profile',
    signal = testSignal(),
  } = options;
  const time = takeTime(START, signal);
  const mock = createMockServer({ era, origin: ORIGIN, now: time.now, keys, during: time.during });
  const companion = createFakeCompanion(mock, time.now);
  const network: typeof fetch = async (url, init = {}) => {
    if (String(url).startsWith(COMPANION)) return companion.answer(String(url), init);
    const { method, body, signal } = init;
    const headers = new Headers(init.headers);
    headers.set('origin', EXTENSION);
    const answer = await mock.app.request(String(url), {
      headers,
      ...(method !== undefined && { method }),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    // As in a browser: an answer without the CORS header is an error.
    if (!['*', EXTENSION].includes(answer.headers.get('access-control-allow-origin') ?? ''))
      throw new TypeError('NetworkError when attempting to fetch resource.');
    if (family === 'auth' && answer.ok && String(url) === discoveryUrl(ORIGIN))
      return new Response(ofAuthFamily(await answer.text()), answer);
    // Aborting during the body rejects at once.
    const through = new TransformStream<Uint8Array, Uint8Array>();
    return signal ? new Response(answer.body?.pipeThrough(through, { signal }) ?? null, answer) : answer;
  };
  const host = createHost({
    redirectUri: seedClients().find(({ id }) => id === CLIENT)?.redirectUris[0] ?? '',
    returnPage: RETURN_PAGE,
    simulatedUser: simulatedUser(mock, 'ada@example.com'),
    fetch: network,
    now: time.now,
    signal,
    ...(options.random && { random: options.random }),
  });
  host.consent = options.consent;
  // FxA: servers of 2019 need the build that tolerates their id_tokens.
  const config: SessionConfig = {
    environment: era === '2019' || family === 'discovered' ? 'custom' : 'local',
    issuer: ORIGIN,
    clientId: CLIENT,
    scope,
    ...(family !== 'discovered' && { endpoints: endpointsOf(family, era) }),
    ...(options.keys && { keyScopes: [KEY_SCOPE] }),
    ...(options.companion && {
      companion: { origin: COMPANION, every: 300 },
      metrics: { entrypoint: 'fault-harness' },
    }),
  };

  const metrics = watchMetrics(host, () => environmentOf({ host, config }));
  const keysTold = new Set<boolean>();
  let contexts = 0;
  const start = () => {
    const { ports, kill } = host.start();
    const context = ++contexts;
    const fetch = metrics.around(options.around?.(ports.fetch, context) ?? ports.fetch);
    const local = metrics.seen(ports.local);
    const grantBackup = {
      ...ports.grantBackup,
      read: () =>
        ports.grantBackup.read().then(
          (grants) => {
            keysTold.add(true);
            return grants;
          },
          (error: unknown) => {
            keysTold.add(false);
            throw error;
          },
        ),
    };
    const keyPort = options.keys && { keys: fakeKeys };
    const seen = { ...ports, ...keyPort, fetch, local, grantBackup };
    return { session: createSession(seen, config), context, kill };
  };
  let running = start();
  let stopped = false;
  const harness: FaultHarness = {
    era,
    mock,
    companion,
    metrics,
    keysTold,
    host,
    time,
    config,
    network,
    session: running.session,
    start,
    kill: () => running.kill(),
    async restart() {
      running.kill();
      running = start();
      harness.session = running.session;
      await harness.session.recover();
      await harness.session.runMaintenance();
    },
    signsInAs(email) {
      host.simulatedUser = simulatedUser(mock, email);
    },
    view: () => host.local.get('view') as View | undefined,
    record: () => host.local.get('record') as StoredRecord | undefined,
    tokens: () => (host.memory.get('tokens') ?? []) as readonly CachedToken[],
    get stopped() {
      return stopped || signal.aborted;
    },
    stop() {
      stopped = true;
      time.release();
    },
  };
  host.onTab = (id, url) => void harness.session.tabUpdated(id, url);
  host.onTabGone = (id) => void harness.session.tabRemoved(id);
  host.onWindow = (id) => void harness.session.windowCreated(id);
  host.onWindowGone = (id) => void harness.session.windowRemoved(id);
  return harness;
}
