// What every use case gets: the ports, the store, and the deployment of Mozilla accounts to talk to.
import type { AuthorizationMetrics } from '../fxa/authorization.ts';
import { discover } from '../fxa/discovery.ts';
import type { Deployment, Endpoints, EnvironmentName } from '../fxa/environments.ts';
import { FxaError, isFxaError } from '../fxa/errors.ts';
import type { Http } from '../fxa/http.ts';
import { updateBackup } from './state/grant-backup.ts';
import { createHostBackOff } from './host-back-off.ts';
import { count, subjectOf } from './metrics/queue.ts';
import type { UndatedEvent } from './metrics/events.ts';
import { blockedBy, type MetricsBlocker, type Environment } from './metrics/consent.ts';
import { recordChange } from './metrics/session-events.ts';
import type { Ports } from './ports.ts';
import type { Problem, Session } from './state/states.ts';
import { createStore, type Store } from './state/store.ts';

/** What the build decides. */
export interface SessionConfig {
  readonly environment: EnvironmentName;
  readonly issuer: string;
  readonly clientId: string;
  /** Space-separated scopes to ask for. */
  readonly scope: string;
  /** Those of them that have a key. */
  readonly keyScopes?: readonly string[];
  /** Mozilla gave the client pairwise subjects: its id_tokens name the person otherwise than the profile does. */
  readonly pairwiseSubjects?: boolean;
  /** The endpoints where they are known; without them they are discovered at the issuer. */
  readonly endpoints?: Endpoints;
  /** Absent: nobody carries the webhooks of Mozilla accounts here, and all goes on without. */
  readonly companion?: CompanionConfig;
  /** Where people sign in from, for Mozilla accounts' own statistics. */
  readonly metrics?: MetricsConfig;
}

/** FxA: what tells one button from another; about no person. Values as `AuthorizationMetrics` has them. */
export interface MetricsConfig extends Omit<AuthorizationMetrics, 'flow'> {
  readonly entrypoint: string;
}

export interface CompanionConfig {
  /** Without a trailing slash. */
  readonly origin: string;
  /** Seconds between two questions while nobody looks. */
  readonly every: number;
}

export interface Context {
  readonly ports: Ports;
  readonly config: SessionConfig;
  readonly store: Store;
  /** Issuer and client id: what a stored session belongs to. */
  readonly deploymentName: string;
  /** What the gate of metrics depends on, beside the record. */
  environment(): Promise<Environment>;
  /** What is against metrics now; nothing means open. */
  readonly blockedBy: () => Promise<readonly MetricsBlocker[]>;
  /** For which companion and deployment counts are kept. */
  readonly metricsDeployment: string;
  /** Counts what happened to whoever the session is of, if that is allowed. Never rejects. */
  count(events: readonly UndatedEvent[], session: Session): Promise<void>;
  /** Known endpoints, or discovered ones; `anew` discovers them even when that was done before. */
  deployment(http: Http, options?: { readonly rediscover?: boolean }): Promise<Deployment>;
  http(signal?: AbortSignal): Http;
}

const DISCOVERED = 'endpoints';

export function createContext(ports: Ports, config: SessionConfig): Context {
  const deploymentName = `${config.issuer} ${config.clientId}`;
  const gate = createHostBackOff(ports);
  let hasDatabases = false;
  /** A key is kept where databases are: that costs one look for each background. */
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
  const metricsDeployment = `${config.companion?.origin} ${deploymentName}`;
  const look = async () => {
    const record = await store.read();
    return { open: blockedBy(record, await environment()).length === 0, who: subjectOf(record.session) };
  };
  const store = createStore(ports, {
    deployment: deploymentName,
    environment,
    onChange: async (change) => {
      await updateBackup({ ports }, change);
      if (config.companion) await recordChange(context, change);
    },
  });
  const context: Context = {
    ports,
    config,
    deploymentName,
    store,
    environment,
    blockedBy: async () => blockedBy(await store.read(), await environment()),
    metricsDeployment,
    count: async (events, session) => {
      try {
        if (config.companion) await count({ ports, metricsDeployment }, look, events, subjectOf(session));
      } catch (error) {
        ports.report(error);
      }
    },
    http: (signal) => ({ fetch: ports.fetch, now: ports.now, gate, ...(signal && { signal }) }),
    deployment: async (http, { rediscover = false } = {}) => ({
      name: config.environment,
      clientId: config.clientId,
      endpoints: config.endpoints ?? (await discovered(ports, config.issuer, http, rediscover)),
    }),
  };
  return context;
}

/** Discovered endpoints are kept until the browser ends: a refresh should not need two answers from the network. */
async function discovered(ports: Ports, issuer: string, http: Http, rediscover: boolean): Promise<Endpoints> {
  const kept = rediscover ? undefined : ((await ports.memory.get(DISCOVERED)) as Endpoints | undefined);
  if (kept?.issuer === issuer) return kept;
  const endpoints = await discover(issuer, http);
  await ports.memory.set({ [DISCOVERED]: endpoints });
  return endpoints;
}

/** An error as the record and the popup may know it: its code and reason, never its text or cause. */
export function problemFrom(error: unknown, at: number): Problem {
  const known = isFxaError(error) ? error : new FxaError('internal', 'Unexpected error', { cause: error });
  return {
    code: known.code,
    ...(known.reason && { reason: known.reason }),
    ...(known.retryAfter !== undefined && { retryAfter: known.retryAfter }),
    at,
  };
}
