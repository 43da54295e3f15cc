// A fake companion, truthful or in a mood that the test sets. It destroys grants at once,
// without a queue.
import {
  COMPANION_PATHS,
  type AccountState,
  type EndedReason,
  type EndRequest,
  type MetricsRequest,
} from '../../src/contract/companion.ts';
import type { MockServer } from '../../src/mock-accounts/app.ts';
import { lineOf, type Totals } from './metrics-watch.ts';
import { CLIENT } from './harness.ts';

export const COMPANION = 'http://127.0.0.1:9721';

/** `deaf`: it does the work, but the answer is lost. `lies`: it says every session has ended, for varying reasons. */
export type Mood = 'truthful' | 'down' | 'deaf' | 'garbage' | 'busy' | 'lies';
export const MOODS: readonly Mood[] = ['truthful', 'down', 'deaf', 'garbage', 'busy', 'lies'];

export interface FakeCompanion {
  mood: Mood;
  /** It has lost its database. */
  forget(): void;
  /** Makes the profiles it has read expire. */
  stale(): void;
  /** All counts it ever accepted, by line. */
  readonly received: Totals;
  /** How many counts it has of an account. */
  held(uid: string): number;
  /** Deletions it was asked for without having counts of that account. */
  readonly needless: string[];
  readonly answer: (url: string, init: RequestInit) => Promise<Response>;
}

interface IssuedSession {
  readonly uid: string;
  readonly provedAt: number;
  ended?: EndedReason;
}

interface Known {
  changedAt: number;
  deleted: boolean;
  state: AccountState;
  stale: boolean;
  counts: number;
  /** Whether any upload for the account was tried. */
  told: boolean;
}

export function createFakeCompanion({ store }: Pick<MockServer, 'store'>, now: () => number): FakeCompanion {
  const sessions = new Map<string, IssuedSession>();
  const known = new Map<string, Known>();
  const received = new Map<string, number>();
  const needless: string[] = [];
  let sales = 0;
  let lies = 0;

  const knownOf = (uid: string): Known => {
    const there = known.get(uid);
    if (there) return there;
    const state = { revision: 0, metrics: true, subscriptions: {} };
    const made = { changedAt: 0, deleted: false, state, stale: false, counts: 0, told: false };
    known.set(uid, made);
    return made;
  };
  store.onChange(({ uid, event }) => {
    const account = knownOf(uid);
    const revision = account.state.revision + 1;
    if (event === 'password-change') account.changedAt = now();
    else if (event === 'delete-user') account.deleted = true;
    if (event === 'delete-user' || event === 'metrics-opt-out') account.counts = 0;
    if (event !== 'password-change' && event !== 'delete-user')
      account.state = {
        ...account.state,
        revision,
        metrics: event !== 'metrics-opt-out' && account.state.metrics,
      };
  });

  const ended = (reason: EndedReason) =>
    Response.json({ error: 'session_ended', message: '', reason, at: now() }, { status: 401 });
  const standing = (session: IssuedSession): EndedReason | undefined => {
    if (session.ended) return session.ended;
    const { deleted, changedAt } = knownOf(session.uid);
    return deleted ? 'account_deleted' : changedAt > session.provedAt ? 'password_changed' : undefined;
  };

  function createSession(bearer: string): Response {
    const token = store.tokens.findAccessToken(bearer);
    if (token?.clientId !== CLIENT || token.expiresAt <= now())
      return Response.json({ error: 'invalid_token', message: '' }, { status: 401 });
    const session = `${++sales}`.padStart(43, 's');
    sessions.set(session, { uid: token.uid, provedAt: token.createdAt });
    const account = knownOf(token.uid);
    const metrics = store.accounts.byUid(token.uid)?.metricsEnabled === true;
    account.state = { ...account.state, metrics };
    account.stale = false;
    if (!metrics) account.counts = 0;
    return Response.json({ session, ...account.state }, { status: 201 });
  }

  function count(account: Known, body: string): Response {
    const refusal = !account.state.metrics ? 'metrics_off' : account.stale ? 'consent_stale' : undefined;
    if (refusal) return Response.json({ error: refusal, message: '' }, { status: 403 });
    for (const event of (JSON.parse(body) as MetricsRequest).events) {
      received.set(lineOf(event), (received.get(lineOf(event)) ?? 0) + event.count);
      account.counts += event.count;
    }
    return new Response(null, { status: 202 });
  }

  function serve(path: string, bearer: string, { method, body }: RequestInit): Response {
    if (path === COMPANION_PATHS.sessions) return createSession(bearer);
    if (path === COMPANION_PATHS.metricsFlow)
      return Response.json({ flowId: 'a'.repeat(64), flowBeginTime: now(), deviceId: 'b'.repeat(32) });
    const session = sessions.get(bearer);
    if (!session) return Response.json({ error: 'unknown_session', message: '' }, { status: 401 });
    if (path === COMPANION_PATHS.end) {
      const { refreshTokenIds, metrics } = JSON.parse(String(body)) as EndRequest;
      for (const id of refreshTokenIds) store.tokens.removeRefreshToken(id);
      if (metrics === 'forget') knownOf(session.uid).counts = 0;
      session.ended ??= 'signed_out';
      return new Response(null, { status: 202 });
    }
    const reason = standing(session);
    if (reason) return ended(reason);
    const account = knownOf(session.uid);
    if (path === COMPANION_PATHS.metrics && method === 'POST') return count(account, String(body));
    if (path === COMPANION_PATHS.metrics) {
      account.counts = 0;
      return new Response(null, { status: 204 });
    }
    return Response.json(account.state, { headers: { etag: '"x"' } });
  }

  /** Keyed by request, whatever its outcome. */
  function watch(path: string, bearer: string, { method, body }: RequestInit): void {
    const session = sessions.get(bearer);
    if (!session) return;
    const account = knownOf(session.uid);
    const deletes =
      path === COMPANION_PATHS.end
        ? (JSON.parse(String(body)) as EndRequest).metrics === 'forget'
        : path === COMPANION_PATHS.metrics && method === 'DELETE';
    if (path === COMPANION_PATHS.metrics && method === 'POST') account.told = true;
    if (deletes && !account.told) needless.push('it was asked to delete counts it never had');
  }

  const companion: FakeCompanion = {
    mood: 'truthful',
    received,
    needless,
    forget: () => sessions.clear(),
    stale() {
      for (const account of known.values()) account.stale = true;
    },
    held: (uid) => known.get(uid)?.counts ?? 0,
    answer(url, init) {
      const { mood } = companion;
      const bearer = (new Headers(init.headers).get('authorization') ?? '').slice('Bearer '.length);
      watch(new URL(url).pathname, bearer, init);
      const lost = () => Promise.reject(new TypeError('NetworkError when attempting to fetch resource.'));
      if (mood === 'down') return lost();
      if (mood === 'garbage') return Promise.resolve(new Response('<html>', { status: 200 }));
      if (mood === 'busy')
        return Promise.resolve(new Response('{}', { status: 503, headers: { 'retry-after': '30' } }));
      if (mood === 'lies') {
        const reasons = ['account_deleted', 'password_changed', 'expired'] as const;
        return Promise.resolve(ended(reasons[lies++ % reasons.length] ?? 'expired'));
      }
      const answer = serve(new URL(url).pathname, bearer, init);
      return mood === 'deaf' ? lost() : Promise.resolve(answer);
    },
  };
  return companion;
}
