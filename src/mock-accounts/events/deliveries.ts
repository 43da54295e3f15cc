/** The deliveries of events, for people and tests: attempts, and the last response of the relying party. */

export interface Delivery {
  readonly id: number;
  readonly clientId: string;
  readonly uid: string;
  /** A name such as `password-change`, or the URI of a foreign event. */
  readonly event: string;
  /** Milliseconds, by the mock server's clock. */
  readonly since: number;
  readonly attempts: number;
  /** The status of the last attempt; undefined before the first. */
  readonly status?: number | 'no answer';
  readonly acked: boolean;
  /** True once it was acknowledged, given up or dropped. */
  readonly over: boolean;
}

/** The number of finished deliveries kept. */
export const KEPT_DELIVERIES = 100;

export interface DeliveryLog {
  begin(delivery: Pick<Delivery, 'clientId' | 'uid' | 'event' | 'since'>): Delivery;
  /** Updates a delivery. */
  note(delivery: Delivery): void;
  /** Oldest first. */
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
