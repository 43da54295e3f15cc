/** The deliveries of events, for people and tests: how often each was tried, and what the relying party said last. */

export interface Delivery {
  readonly id: number;
  readonly clientId: string;
  readonly uid: string;
  /** A name such as `password-change`, or the URI of an event of somebody else. */
  readonly event: string;
  /** Milliseconds, by the mock server's clock. */
  readonly since: number;
  readonly attempts: number;
  /** Of the last attempt; undefined before the first. */
  readonly status?: number | 'no answer';
  readonly acked: boolean;
  /** Nothing more is sent: it was acknowledged, given up or dropped. */
  readonly over: boolean;
}

/** How many that are over are kept. */
export const KEPT_DELIVERIES = 100;

export interface DeliveryLog {
  begin(delivery: Pick<Delivery, 'clientId' | 'uid' | 'event' | 'since'>): Delivery;
  /** Puts what has become of a delivery in place of what was known of it. */
  note(delivery: Delivery): void;
  /** The oldest first. */
  list(): readonly Delivery[];
  /** Resolves when nothing is pending. */
  idle(): Promise<void>;
}

/** An empty log. */
export function createDeliveryLog(): DeliveryLog {
  const deliveries = new Map<number, Delivery>();
  const over: number[] = [];
  let waiting: (() => void)[] = [];
  let lastId = 0;
  const isIdle = () => over.length === deliveries.size;
  return {
    begin(delivery) {
      const begun = { ...delivery, id: ++lastId, attempts: 0, acked: false, over: false };
      deliveries.set(begun.id, begun);
      return begun;
    },
    note(delivery) {
      deliveries.set(delivery.id, delivery);
      if (!delivery.over) return;
      over.push(delivery.id);
      if (over.length > KEPT_DELIVERIES) deliveries.delete(over.shift() ?? 0);
      if (!isIdle()) return;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
    list: () => [...deliveries.values()],
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
