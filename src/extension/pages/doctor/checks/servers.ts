// Checks whether the servers are reachable and agree with this machine's clock. Requests contain no user data.
import type { Call } from '../../../../fxa/error-table.ts';
import { endpointsFromDiscovery } from '../../../../fxa/discovery.ts';
import {
  blockedOrigin,
  discoveryUrl,
  followsStandards,
  type Endpoints,
} from '../../../../fxa/environments.ts';
import { isFxaError } from '../../../../fxa/errors.ts';
import { exchange, type Exchanged, type Http } from '../../../../fxa/http.ts';
import type { Check, Finding } from '../findings.ts';
import type { Examine, Notes, CheckContext } from '../check-context.ts';

type ServerCheck = Extract<Check, 'accounts' | 'tokens' | 'profile' | 'companion' | 'clock'>;
type Found = Omit<Finding, 'check'>;

/** Milliseconds. */
const SLOW = 3000;
const PATIENCE = 6000;
/** Milliseconds. Signing in tolerates more, but such a clock causes other problems. */
const SKEW = 60_000;

export const SERVER_CHECKS: Record<ServerCheck, Examine> = {
  accounts: async (context, notes) => {
    const { issuer, endpoints, connectsTo } = context.build;
    if (endpoints) notes.endpoints = endpoints;
    return probe(context, notes, 'discovery', discoveryUrl(issuer), ({ response, body }) => {
      try {
        const discovered = endpointsFromDiscovery(issuer, body);
        const origin = connectsTo && blockedOrigin(discovered, connectsTo);
        if (origin !== undefined) return { code: 'serverElsewhere', origin };
        notes.endpoints = discovered;
        return undefined;
      } catch {
        // Known endpoints need no document, but an invalid one still means that another site responded.
        return endpoints && (body || !response.ok) ? undefined : { code: 'serverOdd' };
      }
    });
  },

  tokens: async (context, notes) => {
    const { endpoints } = notes;
    if (!endpoints) return { code: 'serverUnfound' };
    // The public keys are on the token server, and need no credentials.
    const result = await probe(context, notes, 'keys', endpoints.jwks, jsonOnly);
    const answers = result.code === 'serverAnswers' || result.code === 'serverSlow';
    return answers && (await refusesExtensions(context, endpoints)) ? { code: 'tokensClosed' } : result;
  },

  profile: async (context, notes) => {
    const { endpoints } = notes;
    if (!endpoints) return { code: 'serverUnfound' };
    // Expects a JSON error, because no token is sent.
    return probe(context, notes, 'profile', endpoints.profile, jsonOnly);
  },

  companion: async (context, notes): Promise<Found> => {
    const origin = context.build.companion?.origin;
    if (origin === undefined) return { code: 'companionNone' };
    const result = await probe(context, notes, 'companion', `${origin}/__version__`, jsonOnly);
    if (result.code === 'serverAnswers') return { ...result, code: 'companionAnswers' };
    if (result.code === 'serverSlow') return { ...result, code: 'companionSlow' };
    // A companion that does not know this extension sends no CORS headers, which looks like no response.
    const silent = result.code === 'serverUnreachable' || result.code === 'serverSilent';
    return { code: silent ? 'companionUnreachable' : 'companionTrouble' };
  },

  clock: async (context, notes): Promise<Found> => {
    const { stamps, endpoints } = notes;
    if (stamps.length === 0 && endpoints) {
      // FxA: of the public routes, only the server's own expose `Timestamp` to CORS.
      await probe(context, notes, 'keys', new URL('/__version__', endpoints.token).href, jsonOnly);
    }
    const [best] = [...stamps].sort((a, b) => a.uncertainty - b.uncertainty);
    if (!best) return { code: 'clockUnknown' };
    const off = Math.abs(best.difference);
    if (off - best.uncertainty <= SKEW) return { code: 'clockRight' };
    const values = { seconds: Math.round(off / 1000) };
    return { code: best.difference > 0 ? 'clockBehind' : 'clockAhead', values };
  },
};

/** Sends one request without a token and measures it. `validate` gets every response except server errors. */
async function probe(
  { fetch, stopwatch, now }: CheckContext,
  notes: Notes,
  call: Call,
  url: string,
  validate: (answer: Exchanged) => Found | undefined,
): Promise<Found> {
  const http: Http = { fetch, timeout: PATIENCE };
  const start = stopwatch();
  let answer: Exchanged;
  try {
    answer = await exchange(http, call, url, { method: 'GET' });
  } catch (error) {
    const silent = isFxaError(error) && error.code === 'server_unavailable';
    return { code: silent ? 'serverSilent' : 'serverUnreachable' };
  }
  const ms = Math.round(stopwatch() - start);
  const { status, headers } = answer.response;
  noteTime(notes, headers, now(), ms);
  if (status === 429) return { code: 'serverWaits' };
  if (status >= 500) return { code: 'serverTrouble', values: { status } };
  const odd = validate(answer);
  if (odd) return odd;
  return { code: ms > SLOW ? 'serverSlow' : 'serverAnswers', values: { ms } };
}

/**
 * Whether a server of the standards keeps extensions out: oidc-provider lets a client in only from the origins of its
 * redirect URIs, unless the deployment says otherwise, while everybody may read its keys. Asks with a made-up token.
 */
async function refusesExtensions({ fetch, build }: CheckContext, endpoints: Endpoints): Promise<boolean> {
  const { destroy } = endpoints;
  if (!followsStandards({ endpoints }) || destroy === undefined) return false;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ token: 'troubleshooting', client_id: build.clientId }).toString();
  try {
    await exchange({ fetch, timeout: PATIENCE }, 'destroy', destroy, { method: 'POST', headers, body });
    return false;
  } catch (error) {
    return isFxaError(error) && error.code === 'offline';
  }
}

const jsonOnly = ({ body }: Exchanged): Found | undefined => (body ? undefined : { code: 'serverOdd' });

/** FxA: the token server sends `Timestamp` in seconds. The companion exposes its `Date`. */
function noteTime({ stamps }: Notes, headers: Headers, received: number, ms: number): void {
  const timestamp = Number(headers.get('timestamp') || Number.NaN) * 1000;
  const serverTime = Number.isFinite(timestamp) ? timestamp : Date.parse(headers.get('date') ?? '');
  if (!Number.isFinite(serverTime)) return;
  // Both are truncated to seconds, so half a second is added on average.
  const difference = serverTime + 500 - (received - ms / 2);
  stamps.push({ difference, uncertainty: ms / 2 + 500 });
}
