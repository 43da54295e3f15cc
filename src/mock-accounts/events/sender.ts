/** Delivers events at least once, in no particular order, with retries until they are acknowledged. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults } from '../faults/faults.ts';
import type { Delivery, DeliveryLog } from './deliveries.ts';
import { eventName, type Payload } from './event.ts';
import { postSet } from './post.ts';
import type { Sign } from './sign.ts';

/** One event for one client. */
export interface Errand {
  readonly clientId: string;
  readonly uid: string;
  readonly event: string;
  readonly payload: Payload;
  /** Instead of the registered webhook. */
  readonly url?: string;
  readonly wrongKey?: boolean;
  /** A single immediate attempt, without retries. */
  readonly once?: boolean;
}

/** Milliseconds. */
export interface Timing {
  /** Pause before the second attempt; doubles with each attempt. */
  readonly firstRetry: number;
  readonly longestRetry: number;
  /** Timeout of an attempt. */
  readonly answerWithin: number;
  /** How long events wait for others, to be reordered. */
  readonly gather: number;
}

/** FxA: Pub/Sub times out after ten seconds, and waits up to 600 s between attempts, which is too long here. */
export const TIMING: Timing = { firstRetry: 100, longestRetry: 10_000, answerWithin: 10_000, gather: 200 };

/** FxA: Pub/Sub keeps unacknowledged events for seven days. Milliseconds. */
const RETENTION = 7 * 86_400_000;

/** FxA: the statuses that acknowledge an event. */
export const ACKS: readonly (number | undefined)[] = [102, 200, 201, 202, 204];

interface Running {
  readonly errand: Errand;
  delivery: Delivery;
  /** Acknowledgements still needed. */
  acksNeeded: number;
  failures: number;
  readonly end: (delivery: Delivery) => void;
}

export interface Sender {
  /** Resolves when delivery has ended. Never rejects. */
  send(errand: Errand): Promise<Delivery>;
  /** Drops pending events. */
  stop(): void;
}

interface Means {
  readonly sign: Sign;
  readonly log: DeliveryLog;
  readonly faults: Pick<Faults, 'settings' | 'onSettings'>;
  /** A client's webhook; undefined if it has none (any more). */
  readonly urlOf: (clientId: string) => string | undefined;
  /** The mock server's clock, in milliseconds. */
  readonly now: () => number;
  readonly timing: Timing;
}

/** Creates a sender. */
export function createSender({ sign, log, faults, urlOf, now, timing }: Means): Sender {
  const stopping = new AbortController();
  const stop = stopping.signal;
  let outbox: Running[] = [];
  let gathering: NodeJS.Timeout | undefined;
  let postponed: (() => void)[] = [];

  const note = (running: Running, what: Partial<Delivery>) => {
    running.delivery = { ...running.delivery, ...what };
    log.note(running.delivery);
    if (running.delivery.over) running.end(running.delivery);
  };
  const attempt = async (running: Running) => {
    const { errand, delivery } = running;
    const url = errand.url ?? urlOf(errand.clientId);
    if (url === undefined || stop.aborted) {
      note(running, { over: true });
      return;
    }
    const wrongKey = errand.wrongKey === true || faults.settings.eventsWrongKey;
    const status = await postSet(url, await sign({ ...errand, wrongKey }), {
      timeout: timing.answerWithin,
      stop,
    });
    if (ACKS.includes(status)) running.acksNeeded -= 1;
    else running.failures += 1;
    const acked = running.acksNeeded <= 0;
    const over = acked || errand.once === true || stop.aborted || now() - delivery.since > RETENTION;
    note(running, { attempts: delivery.attempts + 1, status: status ?? 'no answer', acked, over });
  };
  const released = () =>
    faults.settings.eventsHeld && !stop.aborted
      ? new Promise<void>((resolve) => postponed.push(resolve))
      : Promise.resolve();
  const attemptUntilOver = async (running: Running) => {
    while (!running.delivery.over) {
      const { failures } = running;
      const pause = failures === 0 ? 0 : timing.firstRetry * 2 ** (failures - 1);
      await wait(Math.min(pause, timing.longestRetry), undefined, { signal: stop }).catch(() => undefined);
      await released();
      await attempt(running);
    }
  };
  const sendBatch = async (batch: readonly Running[], reversed: boolean) => {
    for (const running of reversed ? batch.toReversed() : batch) {
      const first = attempt(running);
      if (reversed) await first;
      void first.then(() => attemptUntilOver(running));
    }
  };
  const flush = () => {
    gathering = undefined;
    if (faults.settings.eventsHeld && !stop.aborted) return;
    const batch = outbox;
    outbox = [];
    void sendBatch(batch, faults.settings.eventsOutOfOrder);
  };
  const release = () => {
    const resolvers = postponed;
    postponed = [];
    for (const resolve of resolvers) resolve();
  };
  faults.onSettings(() => {
    if (faults.settings.eventsHeld) return;
    release();
    if (gathering === undefined) flush();
  });

  return {
    send(errand) {
      const { clientId, uid, event, once = false } = errand;
      const delivery = log.begin({ clientId, uid, event: eventName(event), since: now() });
      return new Promise((end) => {
        const acksNeeded = faults.settings.eventsTwice && !once ? 2 : 1;
        const running: Running = { errand, delivery, acksNeeded, failures: 0, end };
        if (once) return void attempt(running);
        outbox.push(running);
        if (gathering !== undefined) return;
        if (faults.settings.eventsOutOfOrder) gathering = setTimeout(flush, timing.gather);
        else flush();
      });
    },
    stop() {
      stopping.abort();
      clearTimeout(gathering);
      release();
      flush();
    },
  };
}
