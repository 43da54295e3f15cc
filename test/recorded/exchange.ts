// The recorded exchanges as data, and how one of them is sent to a mock server.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sent in place of the body: recordings name bytes by their number alone. */
  readonly bytes?: Uint8Array;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Exchange {
  readonly n: number;
  readonly section: string;
  readonly title: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

/** An exchange as a recording has it. */
export type Raw = Pick<Exchange, 'n' | 'section' | 'title'> & Partial<Exchange> & { readonly text?: string };

/** Requests made through the signed-in page were written down as text, without their Hawk header. */
function fromText(raw: Raw): Exchange {
  const match = /^```\n(\w+) (\S+).*\n(?:([\s\S]*?)\n)?```\n→ (\d+)(?:\n```(?:\w*)\n([\s\S]*?)\n```)?$/.exec(
    raw.text ?? '',
  );
  const [, method, path, body = '', status, answer = ''] = match ?? [];
  if (method === undefined || path === undefined) {
    throw new Error(`Exchange ${raw.n} cannot be read`);
  }
  const headers = { host: '127.0.0.1:9000', 'content-type': 'application/json' };
  return {
    ...raw,
    request: { method, path, headers, body },
    response: { status: Number(status), headers: {}, body: answer },
  };
}

/** An exchange, in either of the forms that recordings have. */
export function readExchange(raw: Raw): Exchange {
  const { request, response } = raw;
  return request === undefined || response === undefined ? fromText(raw) : { ...raw, request, response };
}

const recorded = (file: string | URL): readonly Exchange[] =>
  (JSON.parse(readFileSync(file, 'utf8')) as Raw[]).map(readExchange);

const OURS_2019 = new URL('exchanges.json', import.meta.url);
const OURS_2023 = new URL('exchanges-2023.json', import.meta.url);

/** All of the servers of 2019, in order. */
export const EXCHANGES = recorded(OURS_2019);
/** And of the servers of June 2023; some of them show what was decoded, or a page, and have no status. */
export const EXCHANGES_2023 = recorded(OURS_2023);

/** What the contract is held against: these, or other recordings of the same shape that the environment names. */
export const CONTRACT = {
  2019: recorded(process.env.RECORDED_2019 ?? OURS_2019),
  2023: recorded(process.env.RECORDED_2023 ?? OURS_2023),
} as const;

/** Sends a request with its recorded headers, Host included, to the given port on this machine. */
export function send(port: number, recorded: RecordedRequest): Promise<RecordedResponse> {
  const { method, path, headers, body, bytes } = recorded;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', reject);
    request.end(bytes ?? (body === '' ? undefined : body));
  });
}
