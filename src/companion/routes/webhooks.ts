// The webhook: where Mozilla accounts delivers security event tokens (SETs) about accounts. FxA sends the token as a bearer
// token in `Authorization`, with no body.
//
// It is a plain handler of Node's requests: during the backlog after an outage, a framework would be most of the cost.
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { challenge } from '../bearer/refusals.ts';
import { accountKeys, type Secrets } from '../clients.ts';
import { addressBehind } from '../http/address.ts';
import { checkAuthorization, LARGEST_BODY, tooLarge } from '../http/body.ts';
import { problemOf } from '../http/errors.ts';
import { Problem, writeProblem } from '../http/problem.ts';
import type { RateLimits } from '../http/rate-limit.ts';
import type { Counters } from '../operations/counters.ts';
import type { Log } from '../operations/log.ts';
import { summarize } from '../operations/requests.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';
import { Refusal } from '../security-events/refusal.ts';
import type { VerifiedSet } from '../security-events/types.ts';
import type { VerifySet } from '../security-events/verify-set.ts';
import type { RequestHandler } from '../server.ts';
import type { Store } from '../store.ts';

export const WEBHOOK_PATH = '/webhooks/fxa';

export interface WebhookOptions extends Secrets {
  readonly verify: VerifySet;
  /** Resolves after the commit. */
  readonly deliver: Store['apply'];
  readonly limit: RateLimits['webhooks'];
  readonly counters: Pick<Counters, 'webhook' | 'request' | 'stored'>;
  readonly log: Pick<Log, 'event' | 'failure' | 'tally' | 'writes'>;
  readonly trustedProxies?: number;
  /** Called for requests that carry `X-Forwarded-For`. */
  readonly onForwarded?: () => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Seconds. FxA: the broker redelivers at its own pace, with a new token. */
const STORE_RETRY = 5;
const OK_HEADERS = { 'content-type': 'text/plain; charset=UTF-8', 'content-length': '2' };
/** The path alone, with a query, or in absolute form (RFC 9112, section 3.2.2). */
const TARGET = new RegExp(`^(?:https?://[^/?]*)?${WEBHOOK_PATH}(?:\\?|$)`);

/**
 * The webhook. 200: committed, now or earlier, or nothing to write (unknown account or events). 401: the token can't be
 * verified. 503: failure on our side; the broker redelivers. Never a redirect (FxA: the broker follows it with a GET).
 */
export function webhooks(options: WebhookOptions): RequestHandler {
  const { log } = options;
  return (request, response) => {
    if (!TARGET.test(request.url ?? '')) return false;
    const { method = '' } = request;
    const began = performance.now();
    const answer = (problem?: Problem) => {
      if (problem) writeProblem(response, problem);
      else response.writeHead(200, OK_HEADERS).end('OK');
      summarize(options, { method, route: WEBHOOK_PATH, status: problem?.status ?? 200, began });
    };
    receive(request, options).then(
      () => answer(),
      (error: unknown) => answer(problemOf(error, log, response.destroyed)),
    );
    return true;
  };
}

async function receive(request: IncomingMessage, options: WebhookOptions): Promise<void> {
  const { limit, trustedProxies = 0, onForwarded } = options;
  const { authorization = '', 'x-forwarded-for': forwarded } = request.headers;
  if (forwarded !== undefined) onForwarded?.();
  const address = addressBehind(request.socket.remoteAddress ?? '', String(forwarded ?? ''), trustedProxies);
  if (request.method !== 'POST') {
    throw new Problem(405, 'method_not_allowed', 'Only POST', { headers: { allow: 'POST' } });
  }
  checkAuthorization(authorization);
  await skipBody(request);
  // Empty without a bearer token; then refused as malformed.
  const token = /^bearer /i.test(authorization) ? authorization.slice('bearer '.length) : '';
  await limit(address, () => processSet(token, options));
}

/** Ignores the body, whatever its type; throws Problem 413 beyond the size that other routes accept. */
async function skipBody(request: IncomingMessage): Promise<void> {
  const { 'content-length': declared = 0, 'transfer-encoding': encoding } = request.headers;
  let length = Number(declared);
  if (encoding !== undefined) {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += (chunk as Buffer).length;
      if (length > LARGEST_BODY) break;
    }
  }
  // What follows is not read, so the connection can't be used again.
  if (length > LARGEST_BODY) throw tooLarge(LARGEST_BODY, { connection: 'close' });
}

/** Verifies and applies one SET; rejects with the problem to answer. */
async function processSet(token: string, options: WebhookOptions): Promise<void> {
  const { verify, counters, log, now } = options;
  let set: VerifiedSet;
  try {
    set = await verify(token);
  } catch (error) {
    if (error instanceof Refusal) {
      counters.webhook('refused', error.reason);
      log.tally('set_refused', { reason: error.reason });
      throw challenge(401, 'invalid_token', error.message, { error_description: error.reason });
    }
    if (!(error instanceof KeysUnavailable)) throw error;
    counters.webhook('unavailable', error.why);
    throw unavailable(error.retryAfter);
  }
  try {
    await applyEvents(set, options);
  } catch (error) {
    counters.webhook('unavailable', 'store');
    log.failure('webhook_failed', error);
    throw unavailable(STORE_RETRY);
  }
  if (set.events.length > 0) counters.stored((now() - set.issuedAt) / 1000);
  // Counted once per event, whether or not the account is known.
  for (const { kind } of set.events) counters.webhook('accepted', kind);
  for (let unknown = set.unknownEvents; unknown > 0; unknown -= 1)
    counters.webhook('ignored', 'unknown_event');
}

async function applyEvents(
  { client, subject, jti, events }: VerifiedSet,
  options: WebhookOptions,
): Promise<void> {
  if (events.length === 0) return;
  const { clientId } = client;
  const mark = hash('sha256', `${clientId}\0${jti}`, 'buffer');
  const keys = accountKeys(options, client, subject);
  await options.deliver({ ...keys, clientId, mark, events, at: options.now() });
}

function unavailable(retryAfter: number): Problem {
  return new Problem(503, 'unavailable', 'The delivery cannot be processed now', { retryAfter });
}
