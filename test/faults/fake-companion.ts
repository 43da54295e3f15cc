// A companion as the extension meets it: truthful, or in one of the moods a test gives it. What it destroys is dead at once,
// as if its queue had been through.
import { COMPANION_PATHS, type AccountState, type EndedReason } from '../../src/contract/companion.ts';
import type { Standin } from '../../src/standin/app.ts';
import { CLIENT } from './world.ts';

export const COMPANION = 'http://127.0.0.1:9721';

/** `deaf`: it does what it is asked, and the answer is lost. `lies`: every session is said to have ended, by one reason or another. */
export type Mood = 'truthful' | 'down' | 'deaf' | 'garbage' | 'busy' | 'lies';
export const MOODS: readonly Mood[] = ['truthful', 'down', 'deaf', 'garbage', 'busy', 'lies'];

export interface FakeCompanion {
  mood: Mood;
  /** It has lost its database. */
  forget(): void;
  readonly answer: (url: string, init: RequestInit) => Promise<Response>;
}

interface Sold {
  readonly uid: string;
  readonly provedAt: number;
  ended?: EndedReason;
}

interface Known {
  changedAt: number;
  deleted: boolean;
  state: AccountState;
}

export function createFakeCompanion({ store }: Pick<Standin, 'store'>, now: () => number): FakeCompanion {
  const sold = new Map<string, Sold>();
  const known = new Map<string, Known>();
  let sales = 0;
  let lies = 0;

  const knownOf = (uid: string): Known => {
    const there = known.get(uid);
    if (there) return there;
    const state = { revision: 0, metrics: true, subscriptions: {} };
    const made = { changedAt: 0, deleted: false, state };
    known.set(uid, made);
    return made;
  };
  store.onChange(({ uid, event }) => {
    const account = knownOf(uid);
    const revision = account.state.revision + 1;
    if (event === 'password-change') account.changedAt = now();
    else if (event === 'delete-user') account.deleted = true;
    else
      account.state = {
        ...account.state,
        revision,
        metrics: event !== 'metrics-opt-out' && account.state.metrics,
      };
  });

  const ended = (reason: EndedReason) =>
    Response.json({ error: 'session_ended', message: '', reason, at: now() }, { status: 401 });
  const standing = (session: Sold): EndedReason | undefined => {
    if (session.ended) return session.ended;
    const { deleted, changedAt } = knownOf(session.uid);
    return deleted ? 'account_deleted' : changedAt > session.provedAt ? 'password_changed' : undefined;
  };

  function sell(bearer: string): Response {
    const token = store.tokens.findAccessToken(bearer);
    if (token?.clientId !== CLIENT || token.expiresAt <= now())
      return Response.json({ error: 'invalid_token', message: '' }, { status: 401 });
    const session = `${++sales}`.padStart(43, 's');
    sold.set(session, { uid: token.uid, provedAt: token.createdAt });
    const account = knownOf(token.uid);
    const metrics = store.accounts.byUid(token.uid)?.metricsEnabled === true;
    account.state = { ...account.state, metrics };
    return Response.json({ session, ...account.state }, { status: 201 });
  }

  function serve(path: string, bearer: string, body: string): Response {
    if (path === COMPANION_PATHS.sessions) return sell(bearer);
    const session = sold.get(bearer);
    if (!session) return Response.json({ error: 'unknown_session', message: '' }, { status: 401 });
    if (path === COMPANION_PATHS.end) {
      const { refreshTokenIds } = JSON.parse(body) as { refreshTokenIds: string[] };
      for (const id of refreshTokenIds) store.tokens.removeRefreshToken(id);
      session.ended ??= 'signed_out';
      return new Response(null, { status: 202 });
    }
    const reason = standing(session);
    return reason ? ended(reason) : Response.json(knownOf(session.uid).state, { headers: { etag: '"x"' } });
  }

  const companion: FakeCompanion = {
    mood: 'truthful',
    forget: () => sold.clear(),
    answer(url, init) {
      const { mood } = companion;
      const bearer = (new Headers(init.headers).get('authorization') ?? '').slice('Bearer '.length);
      const lost = () => Promise.reject(new TypeError('NetworkError when attempting to fetch resource.'));
      if (mood === 'down') return lost();
      if (mood === 'garbage') return Promise.resolve(new Response('<html>', { status: 200 }));
      if (mood === 'busy')
        return Promise.resolve(new Response('{}', { status: 503, headers: { 'retry-after': '30' } }));
      if (mood === 'lies') {
        const reasons = ['account_deleted', 'password_changed', 'expired'] as const;
        return Promise.resolve(ended(reasons[lies++ % reasons.length] ?? 'expired'));
      }
      const answer = serve(new URL(url).pathname, bearer, String(init.body ?? ''));
      return mood === 'deaf' ? lost() : Promise.resolve(answer);
    },
  };
  return companion;
}
