/** The event broker of one mock server: sends events to the webhooks of clients. */
import type { Faults } from '../faults/faults.ts';
import type { Store } from '../store/store.ts';
import type { AccountChange } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import { createDeliveryLog, type Delivery } from './deliveries.ts';
import { usualPayload } from './event.ts';
import { createSender, type Errand, TIMING, type Timing } from './sender.ts';
import { createSigner, type SetOptions } from './sign.ts';

type Sending = Partial<Pick<Errand, 'payload' | 'url' | 'wrongKey' | 'once'>>;

export interface Events {
  /**
   * Sets a client's webhook; undefined removes it and drops pending events. Throws `TypeError` unless it is http(s).
   */
  register(clientId: string, url: string | undefined): void;
  /** Webhooks by client. */
  webhooks(): Readonly<Record<string, string>>;
  /** The clients that receive an account's events, with or without a webhook. */
  clientsOf(uid: string): readonly string[];
  /**
   * Sends an event, by name or URI, to one client; `payload` defaults to the usual one. Resolves when it is
   * acknowledged or given up, or at once without a webhook. Never rejects.
   */
  send(clientId: string, uid: string, event: string, how?: Sending): Promise<Delivery>;
  /** Signs a SET without sending it. `payload` defaults to the usual one. */
  sign(options: Omit<SetOptions, 'payload'> & Partial<SetOptions>): Promise<string>;
  /** Oldest first. */
  deliveries(): readonly Delivery[];
  /** Resolves when nothing is pending. */
  idle(): Promise<void>;
  /** Drops pending events and stops sending. */
  stop(): void;
}

interface Means extends Pick<MockContext, 'keys' | 'now' | 'origin'> {
  readonly store: Pick<Store, 'clients' | 'tokens' | 'onChange'>;
  readonly faults: Pick<Faults, 'settings' | 'onSettings'>;
  readonly webhooks?: Readonly<Record<string, string>>;
  readonly timing?: Partial<Timing>;
}

function checkedUrl(url: string): string {
  const { protocol, href } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError('A webhook has an http(s) address.');
  return href;
}

/** A broker for the events of a store. */
export function createEvents({ store, keys, now, origin, faults, webhooks = {}, timing }: Means): Events {
  const urls = new Map<string, string>();
  const log = createDeliveryLog();
  const sign = createSigner({ origin, keys, now });
  const urlOf = (clientId: string) => urls.get(clientId);
  const sender = createSender({ sign, log, faults, urlOf, now, timing: { ...TIMING, ...timing } });
  const register: Events['register'] = (clientId, url) => {
    if (url === undefined) urls.delete(clientId);
    else urls.set(clientId, checkedUrl(url));
  };
  for (const [clientId, url] of Object.entries(webhooks)) register(clientId, url);
  const clientsOf = (uid: string) => {
    const servers = [...store.clients.values()].filter(({ resourceServer }) => resourceServer === true);
    return [...new Set([...store.tokens.clientsOf(uid), ...servers.map(({ id }) => id)])];
  };
  store.onChange(({ uid, event, payload, clientId: only }: AccountChange) => {
    const recipients = clientsOf(uid).filter((id) => urls.has(id) && (only === undefined || only === id));
    for (const clientId of recipients) void sender.send({ clientId, uid, event, payload });
  });
  return {
    register,
    webhooks: () => Object.fromEntries(urls),
    clientsOf,
    send: (clientId, uid, event, { payload = usualPayload(event, uid, now()), ...how } = {}) =>
      sender.send({ clientId, uid, event, payload, ...how }),
    sign: (options) => sign({ payload: usualPayload(options.event, options.uid, now()), ...options }),
    deliveries: () => log.list(),
    idle: () => log.idle(),
    stop: () => sender.stop(),
  };
}
