// One extension and one mock server in this process: the base of every integration test of the session.
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import type { CompanionConfig, MetricsConfig } from '../../src/session/context.ts';
import type { StoredRecord } from '../../src/session/state/record.ts';
import { createSession, type SessionService } from '../../src/session/index.ts';
import type { View } from '../../src/session/state/view.ts';
import type { AnyEra, Era } from '../../src/mock-accounts/era.ts';
import { totpCode } from '../../src/mock-accounts/auth/totp.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { SEED_PASSWORD, seedClients, RETURN_PAGE } from '../../src/mock-accounts/seed.ts';
import { visit } from '../../src/mock-accounts/testing/next.ts';
import { createHost, type Host } from '../harness/host.ts';
import { testSignal } from '../harness/test-signal.ts';

export const ERAS: readonly Era[] = ['today', '2019'];
/** Also the server that Mozilla plans, and those of 2023. */
export const ALL_ERAS: readonly AnyEra[] = [...ERAS, '2023', 'next'];
export const SCOPE = 'openid profile';
export const CLIENT = 'a1b2c3d4e5f60001';

const keys = createKeys(Date.now);

export interface Harness {
  readonly mock: RunningMockServer;
  readonly host: Host;
  session: SessionService;
  /** Kills the background. */
  kill(): void;
  /** Kills the background and starts another over the same storage. */
  restart(): Promise<void>;
  /** Sets which account signs in in the auth window from now on. */
  signsInAs(email: string, change?: (callback: URL) => void): void;
  view(): View;
  record(): StoredRecord;
  /** Everything in either storage area, as text. */
  stored(): string;
  /** The tokens issued so far, including refresh tokens; they must not appear elsewhere. */
  readonly issued: readonly string[];
  liveGrants(): number;
  liveTokens(): number;
  /** Waits until nothing is left to destroy, and checks that nothing was forgotten. */
  stop(): Promise<void>;
}

/** `2019` is a custom build, which discovers everything; the others are the build for the mock server, unless told so. */
export async function createHarness(
  era: AnyEra,
  {
    scope = SCOPE,
    companion,
    metrics,
    pairwiseSubjects,
    custom = era === '2019',
    sharedGrants,
    closed,
  }: {
    scope?: string;
    companion?: CompanionConfig;
    metrics?: MetricsConfig;
    pairwiseSubjects?: boolean;
    custom?: boolean;
    sharedGrants?: boolean;
    /** The build's content security policy lists the mock server alone. */
    closed?: boolean;
  } = {},
): Promise<Harness> {
  const mock = await startMockServer({ era, port: 0, keys, ...(sharedGrants && { sharedGrants }) });
  const redirectUri = seedClients().find(({ id }) => id === CLIENT)?.redirectUris[0] ?? '';
  const issued: string[] = [];
  const host = createHost({
    redirectUri,
    returnPage: RETURN_PAGE,
    simulatedUser: personAt(mock, era, 'ada@example.com'),
    fetch: async (...request) => {
      const response = await fetch(...request);
      if (/\/(?:v1|oidc)\/token$/.test(String(request[0])) && response.ok)
        issued.push(...tokensIn(await response.clone().json()));
      return response;
    },
  });

  const built = {
    ...(companion && { companion }),
    ...(metrics && { metrics }),
    ...(pairwiseSubjects && { pairwiseSubjects }),
    ...(closed && { connectsTo: [mock.origin] }),
  };
  const config = { issuer: mock.origin, clientId: CLIENT, scope, ...built };
  let running = host.start();
  const open = () =>
    createSession(
      running.ports,
      custom
        ? { ...config, environment: 'custom' }
        : { ...config, environment: 'local', endpoints: mockServerEndpoints(mock.origin) },
    );

  const network = host.fetch;
  const signal = testSignal();
  const harness: Harness = {
    mock,
    host,
    session: open(),
    kill: () => {
      running.kill();
    },
    async restart() {
      running.kill();
      running = host.start();
      harness.session = open();
      await harness.session.recover();
      await harness.session.runMaintenance();
    },
    signsInAs(email, change) {
      host.simulatedUser = personAt(mock, era, email, change);
    },
    view: () => host.local.get('view') as View,
    record: () => host.local.get('record') as StoredRecord,
    issued,
    stored: () => JSON.stringify([[...host.local], [...host.memory]]),
    liveGrants: () => mock.store.liveGrants({ clientId: CLIENT }).length,
    liveTokens: () => mock.store.liveAccessTokens({ clientId: CLIENT }).length,
    async stop() {
      harness.host.fetch = network;
      // After a timeout the session is dead and no longer answers.
      if (!signal.aborted) await harness.session.drainOutbox().catch(() => undefined);
      await mock.stop();
    },
  };
  host.onTab = (id, url) => void harness.session.tabUpdated(id, url);
  host.onTabGone = (id) => void harness.session.tabRemoved(id);
  host.onWindow = (id) => void harness.session.windowCreated(id);
  host.onWindowGone = (id) => void harness.session.windowRemoved(id);
  return harness;
}

function tokensIn(answer: unknown): string[] {
  const { access_token, refresh_token } = answer as Record<string, unknown>;
  return [access_token, refresh_token].filter((token) => typeof token === 'string');
}

/** Does what the mock server's page does after the password was entered: asks for a code, and follows the redirect. */
function personAt(
  { origin, store }: RunningMockServer,
  era: AnyEra,
  email: string,
  change: (callback: URL) => void = () => undefined,
) {
  /** One browser session at the server for as long as this person signs in. */
  const cookies = new Map<string, string>();
  return async (url: string): Promise<string> => {
    if (era === 'next') {
      const callback = new URL(await visit(url, { email, cookies }));
      change(callback);
      return callback.href;
    }
    const post = async (path: string, body: unknown, session?: string) => {
      const response = await fetch(`${origin}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(session !== undefined && { authorization: `Bearer ${session}` }),
        },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path} answered ${response.status} ${await response.text()}`);
      return (await response.json()) as Record<string, string>;
    };
    const { sessionToken } = await post('/v1/account/login', { email, password: SEED_PASSWORD });
    const secret = store.accounts.byEmail(email)?.totpSecret;
    if (secret !== undefined)
      await post('/v1/session/verify/totp', { code: totpCode(secret, Date.now()) }, sessionToken);
    const query = Object.fromEntries(new URL(url).searchParams);
    const { client_id, redirect_uri, scope, state, access_type, code_challenge, code_challenge_method } =
      query;
    const { redirect } = await post(
      '/v1/oauth/authorization',
      { client_id, redirect_uri, scope, state, access_type, code_challenge, code_challenge_method },
      sessionToken,
    );
    const callback = new URL(redirect ?? '');
    change(callback);
    return callback.href;
  };
}
