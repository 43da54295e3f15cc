/** One delivery attempt on the wire: the very request of the event broker, which is axios without a body. */
import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { finished } from 'node:stream/promises';

interface Hop {
  readonly url: URL;
  readonly method: 'POST' | 'GET' | 'HEAD';
  readonly headers: OutgoingHttpHeaders;
}

/** FxA: axios follows as many redirects as this before it gives up. */
const MOST_REDIRECTS = 21;

/** FxA: no body, and yet the content type of a form. */
function firstHop(url: string, set: string): Hop {
  const headers = {
    Accept: 'application/json, text/plain, */*',
    'Content-Type': 'application/x-www-form-urlencoded',
    Authorization: `Bearer ${set}`,
    'User-Agent': 'axios/1.12.2',
    'Content-Length': '0',
  };
  return { url: new URL(url), method: 'POST', headers };
}

async function ask({ url, method, headers }: Hop, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // A connection of its own: none is left open when the mock server stops.
    send(url, { method, headers, signal, agent: false }, resolve).on('error', reject).end();
  });
  await finished(response.resume());
  return response;
}

/** FxA: a subdomain is as good as the host itself; the port counts. */
function isTrusted(next: URL, last: URL): boolean {
  const sameHost = next.host === last.host || next.host.endsWith(`.${last.host}`);
  return sameHost && (next.protocol === last.protocol || next.protocol === 'https:');
}

/** FxA: a redirected POST becomes a GET, but for 307 and 308; the token goes to no other host. */
function follow(hop: Hop, status: number, location: string): Hop {
  const url = new URL(location, hop.url);
  const becomesGet = hop.method === 'POST' && [301, 302, 303].includes(status);
  const dropped = [
    ...(becomesGet ? ['Content-Type', 'Content-Length'] : []),
    ...(isTrusted(url, hop.url) ? [] : ['Authorization']),
  ];
  const headers = Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.includes(name)));
  return { url, method: becomesGet ? 'GET' : hop.method, headers };
}

/**
 * Sends a SET and gives the status of the last answer; undefined when there was no whole one within `within` milliseconds, or
 * before `stop` was aborted. Never rejects.
 */
export async function postSet(
  url: string,
  set: string,
  { within, stop }: { readonly within: number; readonly stop: AbortSignal },
): Promise<number | undefined> {
  // Not AbortSignal.any with AbortSignal.timeout: Node may collect the latter before it fires (nodejs/node#57736).
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, within);
  if (stop.aborted) end();
  stop.addEventListener('abort', end);
  const { signal } = ending;
  try {
    let hop = firstHop(url, set);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const { statusCode: status = 0, headers } = await ask(hop, signal);
      if (status < 300 || status >= 400 || headers.location === undefined) return status;
      hop = follow(hop, status, headers.location);
    }
  } catch {
    // To the broker no answer is no answer, whatever the reason.
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
  return undefined;
}
