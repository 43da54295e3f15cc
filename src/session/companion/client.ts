// What the extension asks of the companion, as calls. The companion is a convenience: whatever goes wrong here is an error of
// the call alone.
import {
  COMPANION_PATHS,
  ENDED_REASONS,
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

/** Milliseconds: somebody may be waiting for an answer that is worth less than their time. */
const TIMEOUT = 5000;

/** Why a companion session is none: it ended, or nobody knows it. */
export interface SessionRejected {
  readonly rejected: EndedReason | 'unknown';
}

export interface CreateResult {
  readonly session: string;
  readonly state: State;
}

/** What the session acts on; of subscriptions it makes nothing. */
type State = Pick<AccountState, 'revision' | 'metrics'>;

/** All throw FxaError as `exchange` does, and `bad_response` for an answer that is none of the companion's. */
export interface CompanionApi {
  /** `token`: a narrow access token. `shown`: the session to be refreshed. */
  create(token: string, shown?: string): Promise<CreateResult | SessionRejected>;
  /** Undefined while the state is still the one of that `etag`. */
  state(
    session: string,
    etag?: string,
  ): Promise<{ state: State; etag?: string } | SessionRejected | undefined>;
  /** Resolves with true when the companion has taken the grants over for good. */
  end(session: string, refreshTokenIds: readonly string[]): Promise<boolean>;
  /** A flow for parameters by their names on the wire; whether its values are what they should be is not looked at. */
  flow(parameters: ReadonlyMap<string, string>): Promise<JsonObject>;
  /** Sends 50 events at most. The two refusals are answers: the companion goes by a profile of its own. */
  count(
    session: string,
    events: readonly MetricsEvent[],
  ): Promise<'counted' | MetricsRefusal | SessionRejected>;
  /** Has all counts about this person and client forgotten. */
  forget(session: string): Promise<SessionRejected | undefined>;
}

const METRICS_REFUSALS = ['consent_stale', 'metrics_off'] as const;
export type MetricsRefusal = (typeof METRICS_REFUSALS)[number];

export function companionApi(origin: string, { timeout = TIMEOUT, ...rest }: Http): CompanionApi {
  const http = { ...rest, timeout };
  const fetched = async (path: string, request: JsonRequest) => {
    const url = origin + path;
    const answer = await exchange(http, 'companion', url, request);
    const { response, body } = answer;
    if (response.ok || response.status === 304 || metricsRefusal(answer)) return answer;
    const rejected = response.status === 401 ? parseRejection(body) : undefined;
    if (rejected) return rejected;
    throw await refusal(http, 'companion', url, answer);
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
    async create(token, shown) {
      const answer = await post(
        COMPANION_PATHS.sessions,
        token,
        shown === undefined ? {} : { session: shown },
      );
      if ('rejected' in answer) return answer;
      const session = answer.body?.session;
      if (typeof session !== 'string' || !/^[\w-]{43}$/.test(session)) throw invalidAnswer();
      return { session, state: stateOf(answer.body) };
    },

    async state(session, etag) {
      const headers = etag === undefined ? {} : { 'if-none-match': etag };
      const answer = await ask(COMPANION_PATHS.session, session, { method: 'GET', headers });
      if ('rejected' in answer) return answer;
      if (answer.response.status === 304) return undefined;
      const newEtag = answer.response.headers.get('etag');
      return { state: stateOf(answer.body), ...(newEtag !== null && { etag: newEtag }) };
    },

    async end(session, refreshTokenIds) {
      const answer = await post(COMPANION_PATHS.end, session, { refreshTokenIds });
      return !('rejected' in answer) && answer.response.status === 202;
    },

    async flow(parameters) {
      const query = new URLSearchParams([...parameters]).toString();
      const answer = await fetched(`${COMPANION_PATHS.metricsFlow}?${query}`, { method: 'GET' });
      return ('rejected' in answer ? undefined : answer.body) ?? {};
    },

    async count(session, events) {
      const answer = await post(COMPANION_PATHS.metrics, session, { events });
      return 'rejected' in answer ? answer : (metricsRefusal(answer) ?? 'counted');
    },

    async forget(session) {
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

/** A 401 that does not say so proves nothing: it may come from whatever stands in front of the companion. */
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
  return new FxaError('bad_response', 'That is no answer of a companion.', { reason: 'refused' });
}
