// What every use case gets: the ports, the store, and the Mozilla accounts deployment to talk to.
import type { AuthorizationMetrics } from '../fxa/authorization-parameters.ts';
import { currentEndpoints, discover } from '../fxa/discovery.ts';
import {
  blockedOrigin,
  followsStandards,
  type Deployment,
  type Endpoints,
  type EnvironmentName,
} from '../fxa/environments.ts';
import { FxaError, isFxaError } from '../fxa/errors.ts';
import { createHostBackOff, type Pauses } from '../fxa/host-back-off.ts';
import type { Http } from '../fxa/http.ts';
import { blockedBy, type Environment } from './metrics/consent.ts';
import type { Ports } from './ports.ts';
import { liveSession, type Problem, type SignedIn } from './state/states.ts';
import { createStore, type StateChange, type Store } from './state/store.ts';
import { LOCKS, MEMORY } from './state/storage-items.ts';

/** What is fixed at build time. */
export interface SessionConfig {
  readonly environment: EnvironmentName;
  readonly issuer: string;
  readonly clientId: string;
  /** Scopes to ask for, separated by spaces. */
  readonly scope: string;
  /** Those of them that have a key. */
  readonly keyScopes?: readonly string[];
  /** The client has pairwise subjects: `sub` in its id_tokens differs from the profile's uid. */
  readonly pairwiseSubjects?: boolean;
  /** Known endpoints, until a sign-in or a 404 has them discovered; without them they are discovered first. */
  readonly endpoints?: Endpoints;
  /** All that the content security policy lets the build connect to; absent: anything. */
  readonly connectsTo?: readonly string[];
  /** Absent: there is no companion, and account events aren't received. */
  readonly companion?: CompanionConfig;
  /** Where sign-ins come from, for Mozilla accounts' own statistics. */
  readonly metrics?: MetricsConfig;
}

/** FxA: identifies the button, never the user. Values as in `AuthorizationMetrics`. */
export interface MetricsConfig extends Omit<AuthorizationMetrics, 'flow'> {
  readonly entrypoint: string;
}

export interface CompanionConfig {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Seconds between two polls in the background. */
  readonly every: number;
}

export interface Context {
  readonly ports: Ports;
  readonly config: SessionConfig;
  readonly store: Store;
  /** Issuer and client id, separated by a space: what a stored session belongs to. */
  readonly deploymentName: string;
  /** What view and metrics depend on besides the record. */
  environment(): Promise<Environment>;
  /** Whether metrics are allowed now (consent.ts). */
  metricsAllowed(): Promise<boolean>;
  /** The companion and deployment that counts are for. */
  readonly metricsDeployment: string;
  /** The deployment with discovered or known endpoints; `rediscover` asks the server. */
  readonly deployment: (http: Http, options?: { readonly rediscover?: boolean }) => Promise<Deployment>;
  http(signal?: AbortSignal): Http;
}

/** `onChange` is called after each write of the record, before its caller continues, and must not reject. */
export function createContext(
  ports: Ports,
  config: SessionConfig,
  onChange: (context: Context, change: StateChange) => Promise<void>,
): Context {
  const deploymentName = `${config.issuer} ${config.clientId}`;
  const readPauses = async () => ((await ports.memory.get(MEMORY.backOff)) ?? {}) as Pauses;
  const backOff = createHostBackOff({
    now: ports.now,
    random: ports.random,
    storage: {
      read: readPauses,
      update: (change) =>
        ports.locks.exclusive(LOCKS.backOff, async () =>
          ports.memory.set({ [MEMORY.backOff]: change(await readPauses()) }),
        ),
    },
  });
  let hasDatabases = false;
  /** A browser that has databases also keeps keys. Asked until it says yes, once per background. */
  const keepsDatabases = async () => {
    hasDatabases ||= await ports.grantBackup.read().then(
      () => true,
      () => false,
    );
    return hasDatabases;
  };
  const environment = async (): Promise<Environment> => {
    const [policy, consent, keepsKeys] = await Promise.all([
      ports.policy(),
      ports.consent(),
      keepsDatabases(),
    ]);
    return {
      issuer: config.issuer,
      policy,
      consent,
      companion: config.companion !== undefined,
      keepsKeys,
      tab: ports.authTab.redirectUri !== undefined,
    };
  };
  const store = createStore(ports, {
    deployment: deploymentName,
    environment,
    onChange: (change) => onChange(context, change),
  });
  const context: Context = {
    ports,
    config,
    deploymentName,
    store,
    environment,
    metricsAllowed: async () => blockedBy(await store.read(), await environment()).length === 0,
    metricsDeployment: `${config.companion?.origin} ${deploymentName}`,
    http: (signal) => ({ fetch: ports.fetch, now: ports.now, backOff, ...(signal && { signal }) }),
    deployment: async (http, { rediscover = false } = {}) => ({
      name: config.environment,
      clientId: config.clientId,
      endpoints: await endpointsFor(ports, config, http, rediscover),
    }),
  };
  return context;
}

/**
 * Discovered endpoints are cached until the browser closes, so that a refresh needs only one request. A document that is
 * refused changes nothing.
 *
 * @throws FxaError `misconfigured` with reason `discovery_origin`, where the browser itself would only say that there is
 *   no network, and as `currentEndpoints` and `discover`.
 */
async function endpointsFor(
  ports: Ports,
  { issuer, endpoints: known, connectsTo }: SessionConfig,
  http: Http,
  rediscover: boolean,
): Promise<Endpoints> {
  const cached = (await ports.memory.get(MEMORY.endpoints)) as Endpoints | undefined;
  const kept = cached?.issuer === issuer ? cached : known;
  if (kept && !rediscover) return kept;
  const endpoints = await (known ? currentEndpoints(kept ?? known, http) : discover(issuer, http));
  const blocked = connectsTo && blockedOrigin(endpoints, connectsTo);
  if (blocked !== undefined)
    throw new FxaError('misconfigured', `The policy of this build doesn't list ${blocked}.`, {
      reason: 'discovery_origin',
    });
  if (endpoints !== kept) await ports.memory.set({ [MEMORY.endpoints]: endpoints });
  return endpoints;
}

const isGone = ({ status }: FxaError) => status === 404 || status === 410;

/**
 * Makes a request of the deployment. If there is nothing at its address any more, asks the server for its endpoints,
 * and tries once more where they have changed: Mozilla plans another server. A 404 without CORS headers looks like no
 * network, so that is a reason to ask, too, while the endpoints are only those of the build.
 *
 * A `grant` is shown only to the kind of server that gave it: one that is revoked by its token never to FxA, FxA's own
 * to another server only when FxA's endpoints are gone. `timeout` in milliseconds.
 *
 * @throws FxaError `server_unavailable` when the grant's kind of server does not answer, `misconfigured` with reason
 *   `discovery_origin`, and as the request.
 */
export async function atDeployment<T>(
  context: Context,
  request: (deployment: Deployment, http: Http) => Promise<T>,
  grant?: { readonly revokedByToken?: unknown },
  timeout?: number,
): Promise<T> {
  const { config, deployment } = context;
  const http = { ...context.http(), timeout };
  let first = await deployment(http);
  if (grant?.revokedByToken && !followsStandards(first)) {
    first = await deployment(http, { rediscover: true });
    if (!followsStandards(first))
      throw new FxaError('server_unavailable', 'Another server answers at present.');
  } else if (grant && !grant.revokedByToken && followsStandards(first) && config.endpoints) {
    first = { ...first, endpoints: config.endpoints };
  }
  try {
    return await request(first, http);
  } catch (error) {
    const isKnown = first.endpoints === config.endpoints;
    if (!isFxaError(error) || !(isGone(error) || (error.code === 'offline' && isKnown))) throw error;
    const now = await deployment(http, { rediscover: true }).catch((cause: unknown) => {
      if (isFxaError(cause) && cause.reason === 'discovery_origin') throw cause;
      return first;
    });
    if (now.endpoints.token === first.endpoints.token) throw error;
    if (!isGone(error)) {
      // The network is there again: it may have been away for a moment only.
      try {
        return await request(first, http);
      } catch (again) {
        if (!isFxaError(again) || !(isGone(again) || again.code === 'offline')) throw again;
      }
    }
    return request(now, http);
  }
}

/** The live session as stored now; undefined without one. */
export async function currentSession({ store }: Pick<Context, 'store'>): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}

/** An error as stored and shown: code and reason, never its message or cause. */
export function problemFrom(error: unknown, at: number): Problem {
  const known = isFxaError(error) ? error : new FxaError('internal', 'Unexpected error', { cause: error });
  return {
    code: known.code,
    ...(known.reason && { reason: known.reason }),
    ...(known.retryAfter !== undefined && { retryAfter: known.retryAfter }),
    at,
  };
}
