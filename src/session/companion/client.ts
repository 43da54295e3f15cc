// Calls to the companion. It is optional: an error here fails only the call.
import {
  COMPANION_PATHS,
  ENDED_REASONS,
  POLL_AFTER,
  type AccountState,
  type EndedReason,
  type EndRequest,
  type MetricsEvent,
  type MetricsRequest,
  type SessionRequest,
} from '../../contract/companion.ts';
import { FxaError } from '../../fxa/errors.ts';
import {
  exchange,
  refusal,
  type Exchanged,
  type Http,
  type JsonObject,
  type JsonRequest,
} from '../../fxa/http.ts';
import { parsePollAfter } from './poll-schedule.ts';

/** Milliseconds. The user may be waiting, and the answer is optional. */
const TIMEOUT = 5000;

/** Why the companion rejected the session. */
export interface SessionRejected {
  readonly rejected: EndedReason | 'unknown';
}

interface CreateResult {
  readonly session: string;
  readonly state: State;
}

/** What the companion says about a session; without a state, the one known by its ETag is still true. */
export interface StateResult {
  readonly changed?: { readonly state: State; readonly etag?: string };
  /** Seconds to wait at least before the next poll. */
  readonly pollAfter: number;
}

/** The fields the extension uses; subscriptions come from the profile. */
type State = Pick<AccountState, 'revision' | 'metrics'>;

const METRICS_REFUSALS = ['consent_stale', 'metrics_off'] as const;
type MetricsRefusal = (typeof METRICS_REFUSALS)[number];

export type CompanionApi = ReturnType<typeof companionApi>;

/** Every call throws FxaError as `exchange` does, and `bad_response` for an answer that breaks the contract. */
export function companionApi(origin: string, { timeout = TIMEOUT, ...rest }: Http) {
  const http = { ...rest, timeout };
  const fetched = async (path: string, request: JsonRequest) => {
    const url = origin + path;
    const answer = await exchange(http, 'companion', url, request);
    const { response, body } = answer;
    if (response.ok || response.status === 304 || metricsRefusal(answer)) return answer;
    const rejected = response.status === 401 ? parseRejection(body) : undefined;
    if (rejected) return rejected;
    throw await refusal(http, { call: 'companion', url }, answer);
  };
  const ask = (path: string, bearer: string, request: JsonRequest) =>
    fetched(path, { ...request, headers: { ...request.headers, authorization: `Bearer ${bearer}` } });
  const post = (path: string, bearer: string, body: SessionRequest | EndRequest | MetricsRequest) =>
    ask(path, bearer, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  return {
    /** Creates a session with a narrow access token, or refreshes the `previous` one. */
    async create(token: string, previous?: string): Promise<CreateResult | SessionRejected> {
      const answer = await post(
        COMPANION_PATHS.sessions,
        token,
        previous === undefined ? {} : { session: previous },
      );
      if ('rejected' in answer) return answer;
      const session = answer.body?.session;
      if (typeof session !== 'string' || !/^[\w-]{43}$/.test(session)) throw invalidAnswer();
      return { session, state: stateOf(answer.body) };
    },

    /** The account's state, if it no longer matches `etag`. */
    async state(session: string, etag?: string): Promise<StateResult | SessionRejected> {
      const headers = etag === undefined ? {} : { 'if-none-match': etag };
      const answer = await ask(COMPANION_PATHS.session, session, { method: 'GET', headers });
      if ('rejected' in answer) return answer;
      const { status, headers: answered } = answer.response;
      const pollAfter = parsePollAfter(answered.get(POLL_AFTER));
      if (status === 304) return { pollAfter };
      const newEtag = answered.get('etag');
      const changed = { state: stateOf(answer.body), ...(newEtag !== null && { etag: newEtag }) };
      return { changed, pollAfter };
    },

    /**
     * Ends the session, and with `forget` deletes all counts of this account and client. Resolves with true when that is
     * done and the grants will be destroyed, with false when the companion doesn't know the session.
     */
    async end(session: string, refreshTokenIds: readonly string[], forget: boolean): Promise<boolean> {
      const body = { refreshTokenIds, ...(forget && { metrics: 'forget' as const }) };
      const answer = await post(COMPANION_PATHS.end, session, body);
      if ('rejected' in answer && answer.rejected === 'unknown') return false;
      if ('rejected' in answer || answer.response.status !== 202) throw invalidAnswer();
      return true;
    },

    /** Begins a metrics flow; parameters by their names on the wire. The returned values are not validated. */
    async flow(parameters: ReadonlyMap<string, string>): Promise<JsonObject> {
      const query = new URLSearchParams([...parameters]).toString();
      const answer = await fetched(`${COMPANION_PATHS.metricsFlow}?${query}`, { method: 'GET' });
      return ('rejected' in answer ? undefined : answer.body) ?? {};
    },

    /** Uploads at most 50 events. A refusal is no error: the companion decides by its own copy of the profile. */
    async count(
      session: string,
      events: readonly MetricsEvent[],
    ): Promise<'counted' | MetricsRefusal | SessionRejected> {
      const answer = await post(COMPANION_PATHS.metrics, session, { events });
      return 'rejected' in answer ? answer : (metricsRefusal(answer) ?? 'counted');
    },

    /** Deletes all counts of this account and client. */
    async forget(session: string): Promise<SessionRejected | undefined> {
      const answer = await ask(COMPANION_PATHS.metrics, session, { method: 'DELETE' });
      if ('rejected' in answer) return answer;
      if (answer.response.status !== 204) throw invalidAnswer();
      return undefined;
    },
  };
}

function metricsRefusal({ response, body }: Exchanged): MetricsRefusal | undefined {
  return response.status === 403 ? METRICS_REFUSALS.find((known) => known === body?.error) : undefined;
}

/** Undefined for a 401 without a known error: it may come from a proxy in front of the companion. */
function parseRejection(body: Readonly<Record<string, unknown>> | undefined): SessionRejected | undefined {
  if (body?.error === 'unknown_session') return { rejected: 'unknown' };
  if (body?.error !== 'session_ended') return undefined;
  return { rejected: ENDED_REASONS.find((reason) => reason === body.reason) ?? 'unknown' };
}

function stateOf(body: Readonly<Record<string, unknown>> | undefined): State {
  const { revision, metrics } = body ?? {};
  if (typeof revision !== 'number' || typeof metrics !== 'boolean') throw invalidAnswer();
  return { revision, metrics };
}

function invalidAnswer(): FxaError {
  return new FxaError('bad_response', 'The companion sent an unexpected answer.', { reason: 'refused' });
}
