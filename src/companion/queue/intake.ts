// Reads account events from an Amazon SQS queue, and deletes each message only after its commit. What can't be stored or
// read stays in the queue: SQS shows it again, and moves it away as its redrive policy says.
import { hash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import { accountKeys, type ClientSpace, type Secrets } from '../clients.ts';
import type { Counters } from '../operations/counters.ts';
import type { Log } from '../operations/log.ts';
import { Refusal } from '../security-events/refusal.ts';
import type { Store } from '../store.ts';
import { readMessage } from './messages.ts';
import type { QueueSettings } from './settings.ts';

export interface IntakeParts extends Secrets {
  readonly packages: Awaited<ReturnType<typeof queuePackages>>;
  readonly settings: QueueSettings;
  readonly clients: readonly ClientSpace[];
  /** With those that left the list, whose accounts are kept. */
  readonly everyClient: () => Promise<readonly ClientSpace[]>;
  /** Evicts cached tokens and applies the events; resolves after the commit. */
  readonly deliver: Store['apply'];
  /** Resolves when events can be stored. */
  readonly ping: Store['ping'];
  readonly counters: Pick<Counters, 'queueMessage'>;
  readonly log: Pick<Log, 'failure' | 'tally'>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Shortest and longest pause after failures, in milliseconds. */
  readonly pause?: { readonly least: number; readonly most: number };
}

/** SQS's limit. */
const BATCH = 10;
const PAUSE = { least: 1_000, most: 30_000 };
/** Milliseconds; a request for messages waits 20 s for the first. */
const TIMES = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };
const STOP_MS = 10_000;

/**
 * Starts to read the queue. The function returned stops asking for messages; it resolves when those in hand are stored
 * and deleted, or left.
 */
export function startIntake(parts: IntakeParts): () => Promise<void> {
  const { settings, ping, counters, log, pause = PAUSE } = parts;
  const { SQSClient, Consumer } = parts.packages;
  const clients = [...new Map(parts.clients.map((client) => [client.clientId, client])).values()];
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;
  let holds = false;

  /** After a failure, asks for no messages until events can be stored: each time SQS hands one out counts against it. */
  const recover = async () => {
    while (failures > 0) {
      await wait(Math.min(pause.most, pause.least * 2 ** (failures - 1)), undefined, { signal });
      const answers = await ping().then(
        () => true,
        () => false,
      );
      if (answers) return;
      failures += 1;
    }
  };
  /** Only what is done may be deleted. */
  const apply = async (message: Message): Promise<'done' | 'refused' | 'unavailable'> => {
    try {
      counters.queueMessage(...(await process(message, clients, parts)));
      return 'done';
    } catch (error) {
      if (error instanceof Refusal) {
        counters.queueMessage('refused', error.reason);
        log.tally('queue_message_refused', { reason: error.reason });
        return 'refused';
      }
      counters.queueMessage('unavailable', 'store');
      log.failure('queue_message_failed', error);
      return 'unavailable';
    }
  };

  const sqs = new SQSClient({
    region: settings.region,
    endpoint: new URL(settings.url).origin,
    requestHandler: TIMES,
  });
  const consumer = Consumer.create({
    sqs,
    queueUrl: settings.url,
    batchSize: BATCH,
    strictReturn: true,
    suppressFifoWarning: true,
    // The pauses are ours.
    authenticationErrorTimeout: 0,
    preReceiveMessageCallback: recover,
    handleMessageBatch: async (messages) => {
      holds = true;
      const ends = await Promise.all(messages.map(apply));
      failures = ends.includes('done') || !ends.includes('unavailable') ? 0 : failures + 1;
      return messages.filter((_, index) => ends[index] === 'done');
    },
  });
  consumer.on('empty', () => {
    failures = 0;
  });
  consumer.on('error', (error) => {
    if (signal.aborted && !holds) return;
    failures += 1;
    counters.queueMessage('unavailable', 'sqs');
    log.failure('queue_failed', error.cause ?? error);
  });
  consumer.on('response_processed', () => {
    holds = false;
  });
  consumer.start();

  const stop = async () => {
    stopping.abort();
    const done =
      holds && new Promise<void>((resolve) => consumer.once('response_processed', () => resolve()));
    // Aborting would also cancel the deletion of what is in hand.
    consumer.stop({ abort: !done });
    if (done) await Promise.race([done, wait(STOP_MS, undefined, { ref: false })]);
    sqs.destroy();
  };
  let stopped: Promise<void> | undefined;
  return () => (stopped ??= stop());
}

/**
 * Applies a message's event for every client, and a deletion also for those that left the list, as if each had received
 * its webhook: one statement per space's account, idempotent, so that a message is applied again when only some were
 * committed. Resolves with what to count.
 */
async function process(
  { Body, MessageId = '' }: Message,
  clients: readonly ClientSpace[],
  parts: IntakeParts,
): Promise<readonly [outcome: string, what: string]> {
  const { deliver, everyClient, now } = parts;
  const message = readMessage(Body, now());
  if (message === undefined) return ['ignored', 'unknown_event'];
  const { uid, event } = message;
  // SQS: a message keeps its id when it comes again.
  const mark = hash('sha256', `sqs\0${MessageId}`, 'buffer');
  const at = now();
  const concerned = event.kind === 'delete_user' ? await everyClient() : clients;
  await Promise.all(
    concerned.map((client) => {
      const keys = accountKeys(parts, client, uid);
      return deliver({ ...keys, clientId: client.clientId, mark, events: [event], at });
    }),
  );
  return ['accepted', event.kind];
}

/** Loads the optional packages; when they are missing, throws an Error naming the command that installs them. */
export async function queuePackages() {
  try {
    const [{ SQSClient }, { Consumer }] = await Promise.all([
      import('@aws-sdk/client-sqs'),
      import('sqs-consumer'),
    ]);
    return { SQSClient, Consumer };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(
      'COMPANION_SQS_URL needs packages that are not installed: run "npm ci --omit=dev --include=optional".',
      { cause: error },
    );
  }
}
