// The webhook: where Mozilla accounts delivers security event tokens (SETs) about accounts. FxA sends the token as a bearer token
// in `Authorization`, with no body.
import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Hono } from 'hono';
import { accountKey } from '../clients.ts';
import { answerProblem, Problem, writeProblem } from '../http/problem.ts';
import type { Shortcut } from '../server.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';
import { Refusal } from '../security-events/refusal.ts';
import type { RefusalReason } from '../security-events/refusal.ts';
import type { AccountEvent, EventKind, VerifiedSet } from '../security-events/types.ts';
import type { VerifySet } from '../security-events/verify-set.ts';
import type { Store } from '../store.ts';

export const WEBHOOK_PATH = '/webhooks/fxa';

/** The outcome of a delivery; `accepted` once per event, whether or not the account is known. */
export type WebhookOutcome =
  | readonly [outcome: 'accepted', what: EventKind]
  | readonly [outcome: 'ignored', what: 'unknown_event']
  | readonly [outcome: 'refused', what: RefusalReason]
  | readonly [outcome: 'unavailable', what: KeysUnavailable['why'] | 'store'];

export interface WebhookOptions {
  readonly verify: VerifySet;
  readonly apply: Store['apply'];
  /** Called before the events are stored, so that cached verdicts don't outlive them even if the database fails. */
  readonly evict?: (account: Buffer, events: readonly AccountEvent[]) => void;
  readonly count: (...outcome: WebhookOutcome) => void;
  /** Called with the reason of a refusal, for the log. */
  readonly refused?: (reason: RefusalReason) => void;
  /** Called with the store's error, for the log. */
  readonly report?: (error: unknown) => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** Key of the account hashes. */
  readonly secret: Uint8Array;
}

/** Undefined when accepted; `retryAfter` in seconds. */
type Outcome = Refusal | { readonly retryAfter: number } | undefined;

/** Seconds. FxA: the broker redelivers at its own pace, with a new token. */
const STORE_RETRY = 5;
const LONGEST_AUTHORIZATION = 8192;

/**
 * The webhook route. 200: committed, now or earlier, or nothing to write (unknown account or events). 401: the token
 * can't be verified. 503: failure on our side; the broker redelivers. Never a redirect (FxA: the broker follows it with
 * a GET).
 */
export function webhooks(options: WebhookOptions): Hono {
  const app = new Hono();

  // FxA sends a form content type and length 0. Neither is checked, and a body is ignored.
  app.post(WEBHOOK_PATH, async (c) => {
    const outcome = await receive(bearerToken(c.req.header('authorization')), options);
    return outcome === undefined ? c.text('OK') : answerProblem(c, problemOf(outcome));
  });

  app.on('ALL', WEBHOOK_PATH, (c) =>
    answerProblem(c, new Problem(405, 'method_not_allowed', 'Only POST', { headers: { allow: 'POST' } })),
  );
  return app;
}

async function receive(token: string, options: WebhookOptions): Promise<Outcome> {
  const { verify, count, report } = options;
  let set: VerifiedSet;
  try {
    set = await verify(token);
  } catch (error) {
    if (error instanceof Refusal) {
      count('refused', error.reason);
      options.refused?.(error.reason);
      return error;
    }
    if (!(error instanceof KeysUnavailable)) throw error;
    count('unavailable', error.why);
    return { retryAfter: error.retryAfter };
  }
  try {
    await applySet(set, options);
  } catch (error) {
    count('unavailable', 'store');
    report?.(error);
    return { retryAfter: STORE_RETRY };
  }
  for (const { kind } of set.events) count('accepted', kind);
  for (let unknown = set.unknownEvents; unknown > 0; unknown -= 1) count('ignored', 'unknown_event');
  return undefined;
}

async function applySet(
  { client, subject, jti, events }: VerifiedSet,
  { apply, evict, now, secret }: WebhookOptions,
): Promise<void> {
  if (events.length === 0) return;
  const account = accountKey(secret, client, subject);
  evict?.(account, events);
  const mark = hash('sha256', `${client.clientId}\0${jti}`, 'buffer');
  await apply({ account, clientId: client.clientId, mark, events, at: now() });
}

/** Environment of the shortcut. */
export interface ShortcutOptions {
  /** Whether requests may bypass the middleware now. */
  readonly isOpen: () => boolean;
  readonly answered: (request: IncomingMessage, status: number) => void;
}

/**
 * Handles a delivery directly on Node's request: during the backlog after an outage, the framework would be most of the
 * cost.
 */
export function webhookShortcut(options: WebhookOptions, { isOpen, answered }: ShortcutOptions): Shortcut {
  return (request, response) => {
    if (request.method !== 'POST' || request.url !== WEBHOOK_PATH || !isPlain(request) || !isOpen())
      return undefined;
    const answer = (outcome: Outcome) => {
      const problem = outcome && problemOf(outcome);
      if (problem) writeProblem(response, problem);
      else response.writeHead(200, OK_HEADERS).end('OK');
      answered(request, problem?.status ?? 200);
      return true;
    };
    // Unexpected errors fall through to the app, which reports them.
    return receive(bearerToken(request.headers.authorization), options).then(answer, () => false);
  };
}

/**
 * Matches what FxA's broker sends: no body, and no longer than a SET. Other requests go through the app's size limits.
 */
function isPlain({ headers }: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding, authorization = '' } = headers;
  return length === '0' && encoding === undefined && authorization.length <= LONGEST_AUTHORIZATION;
}

const OK_HEADERS = { 'content-type': 'text/plain; charset=UTF-8', 'content-length': '2' };

/** Empty without a bearer token; then refused as malformed. */
function bearerToken(authorization = ''): string {
  return /^bearer /i.test(authorization) ? authorization.slice('bearer '.length) : '';
}

function problemOf(outcome: NonNullable<Outcome>): Problem {
  return outcome instanceof Refusal ? invalidToken(outcome) : unavailable(outcome.retryAfter);
}

function invalidToken({ reason, message }: Refusal): Problem {
  const challenge = `Bearer error="invalid_token", error_description="${reason}"`;
  return new Problem(401, 'invalid_token', message, { headers: { 'www-authenticate': challenge } });
}

function unavailable(retryAfter: number): Problem {
  return new Problem(503, 'unavailable', 'The delivery cannot be processed now', { retryAfter });
}
