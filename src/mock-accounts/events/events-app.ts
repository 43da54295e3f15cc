/** `/__standin/events`: lists deliveries, and sends events on request, for programs. */
import type { Context } from 'hono';
import { checked, FaultError, flag, membersOf, needed, type Rule, whole } from '../faults/parse.ts';
import { json } from '../http/reply.ts';
import type { Store } from '../store/store.ts';
import type { Delivery } from './deliveries.ts';
import { EVENT_NAMES, usualPayload } from './event.ts';
import type { Events } from './events.ts';

/** The state that the control API changes. */
export interface EventsControl {
  readonly events: Events;
  readonly store: Pick<Store, 'clients' | 'accounts'>;
  /** The mock server's clock, in milliseconds. */
  readonly now: () => number;
}

/** The body of `POST`. */
interface SendRequest {
  /** Default: every client that receives this account's events. */
  readonly client?: string;
  readonly email?: string;
  /** Instead of `email`; the account need not exist (any more). */
  readonly uid?: string;
  readonly event: string;
  /** Default: the usual payload. */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly wrongKey?: boolean;
  /** How many times, each with a new `jti`. */
  readonly repeat?: number;
  /** Instead of the registered webhook. */
  readonly url?: string;
  /** Only signs, without sending. */
  readonly print?: boolean;
}

const text: Rule = {
  wants: 'text',
  fits: (value) => typeof value === 'string' && value !== '' && value.length <= 2048,
};
const httpUrl: Rule = {
  wants: 'an http(s) address',
  fits: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};
const RULES: Readonly<Record<string, Rule>> = {
  client: text,
  email: text,
  uid: text,
  event: needed({
    wants: `one of ${EVENT_NAMES.join(', ')}, or a URI`,
    fits: (value) =>
      EVENT_NAMES.some((name) => name === value) || (typeof value === 'string' && URL.canParse(value)),
  }),
  payload: {
    wants: 'an object',
    fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  wrongKey: flag,
  repeat: whole(1, 100),
  url: httpUrl,
  print: flag,
};

function uidOf({ store }: EventsControl, { email, uid }: SendRequest): string {
  if ((email === undefined) === (uid === undefined)) throw new FaultError('The body must name email or uid.');
  const found = uid ?? store.accounts.byEmail(email ?? '')?.uid;
  if (found === undefined) throw new FaultError('No account has this email.');
  return found;
}

function clientsOf({ events, store }: EventsControl, request: SendRequest, uid: string): readonly string[] {
  const { client, url, print } = request;
  if (client !== undefined) {
    if (!store.clients.has(client)) throw new FaultError('There is no such client.');
    if (url === undefined && print !== true && !(client in events.webhooks()))
      throw new FaultError('This client has no webhook; name a url.');
    return [client];
  }
  const known = events.clientsOf(uid);
  if (known.length === 0) {
    throw new FaultError(
      'This account has not signed in to any client yet, so no client receives the event. Sign in first (npm start, or npm run token), or name ' +
        'a client (--client firefox).',
    );
  }
  const reachable =
    url === undefined && print !== true ? known.filter((id) => id in events.webhooks()) : known;
  if (reachable.length === 0)
    throw new FaultError('No client of this person has a webhook; name a url, or a client that has one.');
  return reachable;
}

/** A summary of a delivery, with the client's name. */
function summaryOf({ store }: EventsControl, { since, ...delivery }: Delivery): object {
  return {
    ...delivery,
    client: store.clients.get(delivery.clientId)?.name ?? delivery.clientId,
    since: new Date(since).toISOString(),
  };
}

async function act(control: EventsControl, request: SendRequest): Promise<object> {
  const { events, now } = control;
  const { event, url, wrongKey = false, repeat = 1, print = false } = request;
  const uid = uidOf(control, request);
  const payload = request.payload ?? usualPayload(event, uid, now());
  const clients = clientsOf(control, request, uid);
  const all = Array.from({ length: repeat }, () => clients).flat();
  if (print) {
    const sign = (clientId: string) => events.sign({ clientId, uid, event, payload, wrongKey });
    return { sets: await Promise.all(all.map(sign)) };
  }
  const deliveries: object[] = [];
  for (const clientId of all) {
    const how = { payload, wrongKey, once: true, ...(url !== undefined && { url }) };
    deliveries.push(summaryOf(control, await events.send(clientId, uid, event, how)));
  }
  return { deliveries };
}

const NO_STORE = { 'cache-control': 'no-store' };

/** `GET`: webhooks and deliveries, latest first. */
export function showEvents(control: EventsControl): Response {
  const { events } = control;
  const deliveries = events.deliveries().map((delivery) => summaryOf(control, delivery));
  return json({ webhooks: events.webhooks(), deliveries: deliveries.toReversed() }, 200, NO_STORE);
}

/**
 * `POST`: signs and sends in turn, one attempt each, and responds when all are done. Faults do not reorder them.
 * Rejects with `FaultError` for an invalid request.
 */
export async function sendEvents(control: EventsControl, c: Context): Promise<Response> {
  let value: unknown;
  try {
    value = JSON.parse(await c.req.text());
  } catch {
    throw new FaultError('The body is not JSON.');
  }
  const request = checked(membersOf(value, 'The body'), RULES, 'The body') as unknown as SendRequest;
  return json(await act(control, request), 200, NO_STORE);
}
