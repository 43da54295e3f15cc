// One request to a deployment, and what came back, as it came: nothing is interpreted before it is judged.
import { readObject, type JsonObject } from '../../src/fxa/body.ts';

export interface Ask {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, or why there was none. */
export type Answer =
  | {
      readonly status: number;
      readonly headers: Headers;
      /** Undefined unless it is a JSON object. */
      readonly body: JsonObject | undefined;
      /** When it came, in milliseconds since the epoch. */
      readonly at: number;
    }
  | { readonly failed: 'no connection' | 'no answer in time' };

/** Milliseconds for one request, including its body. */
const TIMEOUT = 15_000;

/** Sends the request. Redirects are not followed: where one leads says nothing about this server. */
export async function askFor({ url, ...request }: Ask, send: typeof fetch): Promise<Answer> {
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    const response = await send(url, { ...request, redirect: 'manual', signal });
    const { status, headers } = response;
    return { status, headers, body: await readObject(response), at: Date.now() };
  } catch {
    return { failed: signal.aborted ? 'no answer in time' : 'no connection' };
  }
}

export const json = (url: string, body: JsonObject, headers: Ask['headers'] = {}): Ask => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const form = (
  url: string,
  body: Readonly<Record<string, string>>,
  headers: Ask['headers'] = {},
): Ask => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(body).toString(),
});
