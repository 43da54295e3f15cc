// How an attempt begins, the same for window and tab: its secrets, its authorization URL, and its watchdog.
import { authorizationUrl, newAttemptSecrets } from '../../fxa/authorization.ts';
import type { AuthorizationMetrics } from '../../fxa/authorization-parameters.ts';
import { parseScopes } from '../../fxa/scopes.ts';
import type { Context } from '../context.ts';
import { baseState } from '../state/states.ts';
import { ALARMS } from '../state/storage-items.ts';

const WATCHDOG_MS = 30_000;

/** Schedules the watchdog: if the background dies without a window or tab, only an alarm wakes the next one. */
export function scheduleWatchdog({ ports }: Context): Promise<void> {
  return ports.alarms.set(ALARMS.attempt, ports.now() + WATCHDOG_MS);
}

/** The secrets of an attempt that are needed to finish it. */
export interface AttemptSecrets {
  readonly id: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
  /** Decrypts the scoped keys, if any are requested. */
  readonly privateJwk?: JsonWebKey;
  /** The scopes that were asked for; absent in attempts of earlier versions. */
  readonly scope?: string;
  /** Only this account may sign in, by subject. */
  readonly account?: string;
  /** The second step is demanded, for the first time or again. */
  readonly stepUp?: StepUp;
}

/** FxA: two-step sign-in is demanded by `acr_values=AAL2`; again, the account has to sign in anew. */
export type StepUp = 'first' | 'again';

export interface SignInOptions {
  /** Asks for account and password, even if there is a session at Mozilla accounts. */
  readonly forceLogin?: boolean | undefined;
  /** The email address typed in the popup. */
  readonly email?: string | undefined;
  /** Further scopes than the build's, separated by spaces. */
  readonly scope?: string | undefined;
  /** Only this account may sign in, by subject. */
  readonly account?: string | undefined;
  /** Demands the account's second step. */
  readonly stepUp?: StepUp | undefined;
  /** `tab` only if it is allowed (`AuthTab.allowed`). */
  readonly via?: 'window' | 'tab' | undefined;
  /** Called once the attempt is stored: from then on, its end will be visible to the user. */
  readonly started?: (() => void | Promise<void>) | undefined;
}

export interface AttemptOptions extends Omit<SignInOptions, 'via' | 'started'> {
  readonly id: string;
  readonly redirectUri: string;
  /** Only if metrics are allowed. */
  readonly flow?: AuthorizationMetrics['flow'];
}

/**
 * Creates the secrets of an attempt and the authorization URL for them.
 *
 * @throws FxaError `invalid_request`, and as the discovery of endpoints.
 */
export async function prepareAttempt(
  context: Context,
  { id, redirectUri, forceLogin, email, flow, scope, account, stepUp }: AttemptOptions,
): Promise<{ url: string; secrets: AttemptSecrets }> {
  const { ports, config } = context;
  const deployment = await context.deployment(context.http());
  const { codeChallenge, ...pair } = await newAttemptSecrets();
  const requested = parseScopes(`${config.scope} ${scope ?? ''}`).join(' ');
  const keys = config.keyScopes?.length ? await ports.keys?.newKeyRequest() : undefined;
  const url = authorizationUrl(deployment, {
    redirectUri,
    scope: requested,
    state: pair.state,
    codeChallenge,
    accessType: 'offline',
    ...(keys && { keysJwk: keys.keysJwk }),
    ...(await loginHintFor(context, { forceLogin, email, account })),
    ...(stepUp && { acrValues: 'AAL2' }),
    // Not a third time: a server that can't satisfy it would send the person round and round.
    ...(stepUp === 'again' && { prompt: 'login', maxAge: 0 }),
    ...(config.metrics && { metrics: { ...config.metrics, flow } }),
  });
  const secrets = {
    id,
    redirectUri,
    ...pair,
    ...(keys && { privateJwk: keys.privateJwk }),
    scope: requested,
    ...(account !== undefined && { account }),
    ...(stepUp && { stepUp }),
  };
  return { url, secrets };
}

/**
 * Which account to offer: a typed address; after a session ended elsewhere, its address; none if the account is asked
 * for. Where only one account may sign in, its address.
 */
async function loginHintFor(
  { store }: Context,
  { forceLogin, email: typed, account }: Pick<AttemptOptions, 'forceLogin' | 'email' | 'account'>,
) {
  const prompt = forceLogin && ({ prompt: 'login' } as const);
  if (typed !== undefined) return { ...prompt, action: 'email', email: typed } as const;
  if (prompt && account === undefined) return prompt;
  const base = baseState((await store.read()).session);
  const known = base.status === 'needsReauth' || (base.status === 'signedIn' && account !== undefined);
  const email = known ? base.account.profile?.email : undefined;
  return { ...prompt, ...(email !== undefined && { loginHint: email }) };
}

/**
 * The result of the work, or a rejection with the signal's reason once it is aborted: an FxaError `cancelled`. The work
 * itself continues.
 */
export function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject);
  });
}
