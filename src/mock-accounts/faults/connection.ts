/** Drops responses, entirely or halfway: on the socket if there is one, otherwise by failing like `fetch`. */
import { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

/** Thrown instead of a response without a socket; what `fetch` throws for a lost connection. */
export class LostAnswer extends TypeError {
  override readonly name = 'LostAnswer';
}

/** Breaks the connection of one request. Results are for the HTTP server, which needs a response. */
export interface Wire {
  /** Resets the connection. */
  lose(): Response;
  /** Sends the headers and half of the body, then closes the connection. `content-length` is for the whole body. */
  cut(answer: Response): Promise<Response>;
  /** Keeps the connection open without responding. */
  keepSilent(): Promise<Response>;
}

/** The first half of a body (at least one byte) and the rest. */
export function halves(bytes: Uint8Array): readonly [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const middle = Math.ceil(bytes.length / 2);
  return [new Uint8Array(bytes.subarray(0, middle)), new Uint8Array(bytes.subarray(middle))];
}

function onSocket(outgoing: ServerResponse): Wire {
  const lose = () => {
    outgoing.socket?.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  };
  return {
    lose,
    async cut(answer) {
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (bytes.length < 2) return lose();
      const [first] = halves(bytes);
      for (const [name, value] of answer.headers) outgoing.appendHeader(name, value);
      outgoing.setHeader('content-length', bytes.length);
      outgoing.writeHead(answer.status);
      outgoing.write(first, () => outgoing.destroy());
      return RESPONSE_ALREADY_SENT;
    },
    keepSilent: () => Promise.resolve(RESPONSE_ALREADY_SENT),
  };
}

function inProcess(request: Request): Wire {
  const lose = (): never => {
    throw new LostAnswer('fetch failed');
  };
  return {
    lose,
    async cut(answer) {
      const [first] = halves(new Uint8Array(await answer.arrayBuffer()));
      const parts = [first];
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const part = parts.shift();
          if (part === undefined) controller.error(new LostAnswer('terminated'));
          else controller.enqueue(part);
        },
      });
      return new Response(body, { status: answer.status, headers: answer.headers });
    },
    keepSilent: () =>
      new Promise((_resolve, reject) => {
        const giveUp = () => reject(new LostAnswer('fetch failed'));
        if (request.signal.aborted) giveUp();
        else request.signal.addEventListener('abort', giveUp);
      }),
  };
}

function outgoingOf(env: unknown): ServerResponse | undefined {
  const outgoing = (env as { outgoing?: unknown } | undefined)?.outgoing;
  return outgoing instanceof ServerResponse ? outgoing : undefined;
}

/** The connection of a request; `env` is from Node's server adapter. */
export function wireOf(request: Request, env: unknown): Wire {
  const outgoing = outgoingOf(env);
  return outgoing === undefined ? inProcess(request) : onSocket(outgoing);
}

/** Overrides Node's `Date` header, in milliseconds. Does nothing without a socket. */
export function setDate(env: unknown, ms: number): void {
  outgoingOf(env)?.setHeader('date', new Date(ms).toUTCString());
}
