/** Sends one delivery attempt exactly like the event broker, which uses axios without a body. */
import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { finished } from 'node:stream/promises';

interface Hop {
  readonly url: URL;
  readonly method: 'POST' | 'GET' | 'HEAD';
  readonly headers: OutgoingHttpHeaders;
}

/** FxA: axios follows this many redirects. */
const MOST_REDIRECTS = 21;

/** FxA: the content type of a form, although there is no body. */
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
    // A separate connection, so that none stays open when the mock server stops.
    send(url, { method, headers, signal, agent: false }, resolve).on('error', reject).end();
  });
  await finished(response.resume());
  return response;
}

/** FxA: subdomains count as the same host; ports must match. */
function isTrusted(next: URL, last: URL): boolean {
  const sameHost = next.host === last.host || next.host.endsWith(`.${last.host}`);
  return sameHost && (next.protocol === last.protocol || next.protocol === 'https:');
}

/** FxA: a redirected POST becomes a GET, except for 307 and 308; the token is not sent to other hosts. */
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
 * Sends a SET and gives the status of the last answer; undefined when there was no whole one within `timeout`
 * milliseconds, or before `stop` was aborted. Never rejects.
 */
export async function postSet(
  url: string,
  set: string,
  { timeout, stop }: { readonly timeout: number; readonly stop: AbortSignal },
): Promise<number | undefined> {
  // Not AbortSignal.any with AbortSignal.timeout: Node may collect the latter before it fires (nodejs/node#57736).
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, timeout);
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
    // The broker does not distinguish reasons.
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
  return undefined;
}
