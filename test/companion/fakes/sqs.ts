// A small Amazon SQS with one standard queue, over its wire protocol (AWS JSON 1.0): long polling, visibility time-outs,
// receive counts and a redrive policy. Requests must be signed for its region, as by the SDK; the signature isn't checked.
import { hash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { whenOutOfTime } from '../../harness/test-signal.ts';

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly receives: number;
}

interface Stored extends QueuedMessage {
  receives: number;
  /** Of the latest receive: an older one deletes nothing. */
  handle: string;
  visibleAt: number;
}

export interface FakeSqs {
  readonly url: string;
  readonly region: string;
  /** Settings for a companion in its own process. */
  readonly env: Readonly<Record<string, string>>;
  /** Sends a message; resolves with its id. An object is sent as JSON. */
  send(body: object | string): string;
  /** Those still in the queue, visible or not. */
  readonly queue: readonly QueuedMessage[];
  /** Ids in the order of their deletion. */
  readonly deleted: readonly string[];
  /** Moved away by the redrive policy. */
  readonly dead: readonly QueuedMessage[];
  /** Requests by operation. */
  readonly asked: ReadonlyMap<string, number>;
  /** The error with which requests of an operation are answered; undefined: none. */
  refuses: (operation: string) => string | undefined;
  /** Called before a request is answered, once its effect has happened. */
  onRequest: (operation: string) => unknown;
  stop(): Promise<void>;
}

export interface FakeSqsOptions {
  /** Milliseconds. Default: a minute. */
  readonly visibility?: number;
  /** A message received this often and not deleted is moved away instead of being shown again. */
  readonly maxReceiveCount?: number;
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
  readonly VisibilityTimeout?: number;
}

interface Input extends Entry {
  readonly QueueUrl: string;
  readonly MaxNumberOfMessages?: number;
  readonly WaitTimeSeconds?: number;
  readonly Entries?: readonly Entry[];
}

class SqsError extends Error {}

export async function startFakeSqs({
  visibility = 60_000,
  maxReceiveCount = Infinity,
}: FakeSqsOptions = {}): Promise<FakeSqs> {
  const region = 'eu-west-1';
  const queue: Stored[] = [];
  const [deleted, dead]: [string[], QueuedMessage[]] = [[], []];
  const asked = new Map<string, number>();

  const take = (many: number) => {
    const now = Date.now();
    for (const message of queue.filter((one) => one.visibleAt <= now && one.receives >= maxReceiveCount)) {
      dead.push(message);
      queue.splice(queue.indexOf(message), 1);
    }
    const taken = queue.filter(({ visibleAt }) => visibleAt <= now).slice(0, many);
    return taken.map((message) => {
      message.receives += 1;
      message.handle = randomUUID();
      message.visibleAt = now + visibility;
      const { id, body, handle } = message;
      return { MessageId: id, ReceiptHandle: handle, Body: body, MD5OfBody: hash('md5', body) };
    });
  };
  const find = ({ ReceiptHandle }: Entry) => queue.find(({ handle }) => handle === ReceiptHandle);
  const remove = (entry: Entry) => {
    const message = find(entry);
    if (message === undefined) return;
    queue.splice(queue.indexOf(message), 1);
    deleted.push(message.id);
  };
  const hide = (entry: Entry) => {
    const message = find(entry);
    if (message === undefined) throw new SqsError('MessageNotInflight');
    message.visibleAt = Date.now() + (entry.VisibilityTimeout ?? 0) * 1000;
  };
  const each = ({ Entries = [] }: Input, work: (entry: Entry) => void) => {
    for (const entry of Entries) work(entry);
    return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  };

  const operations: Readonly<
    Record<string, (input: Input, isGone: () => boolean) => Promise<object> | object>
  > = {
    async ReceiveMessage({ MaxNumberOfMessages = 1, WaitTimeSeconds = 0 }, isGone) {
      const until = Date.now() + WaitTimeSeconds * 1000;
      let taken = take(MaxNumberOfMessages);
      while (taken.length === 0 && Date.now() < until && !isGone()) {
        await wait(10);
        // A caller that has left is given nothing.
        if (!isGone()) taken = take(MaxNumberOfMessages);
      }
      return taken.length === 0 ? {} : { Messages: taken };
    },
    DeleteMessage: (input) => (remove(input), {}),
    DeleteMessageBatch: (input) => each(input, remove),
    ChangeMessageVisibility: (input) => (hide(input), {}),
    ChangeMessageVisibilityBatch: (input) => each(input, hide),
  };

  const answer = async (request: IncomingMessage, isGone: () => boolean) => {
    const operation = /^AmazonSQS\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
    asked.set(operation, (asked.get(operation) ?? 0) + 1);
    const input = (await json(request)) as Input;
    if (request.headers['content-type'] !== 'application/x-amz-json-1.0')
      throw new SqsError('InvalidRequest');
    if (!request.headers.authorization?.includes(`/${region}/sqs/aws4_request`)) {
      throw new SqsError('InvalidSecurity');
    }
    const refusal = sqs.refuses(operation);
    if (refusal !== undefined) throw new SqsError(refusal);
    if (input.QueueUrl !== sqs.url) throw new SqsError('QueueDoesNotExist');
    const output = await operations[operation]?.(input, isGone);
    if (output === undefined) throw new SqsError('UnsupportedOperation');
    await sqs.onRequest(operation);
    return output;
  };

  const server = createServer((request, response) => {
    const reply = (status: number, body: object) =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() })
        .end(JSON.stringify(body));
    answer(request, () => request.socket.destroyed).then(
      (output) => reply(200, output),
      (error: unknown) => {
        const type = error instanceof SqsError ? error.message : 'InternalFailure';
        reply(error instanceof SqsError ? 400 : 500, { __type: `com.amazonaws.sqs#${type}`, message: type });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/123456789012/account-events`;

  const sqs: FakeSqs = {
    url,
    region,
    env: {
      COMPANION_SQS_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    send(body) {
      const id = randomUUID();
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      queue.push({ id, body: text, receives: 0, handle: '', visibleAt: 0 });
      return id;
    },
    queue,
    deleted,
    dead,
    asked,
    refuses: () => undefined,
    onRequest: () => undefined,
    stop: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
  whenOutOfTime(() => sqs.stop());
  return sqs;
}
