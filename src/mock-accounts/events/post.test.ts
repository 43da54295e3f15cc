// One attempt: the exact request, redirects, and all ways of getting no response.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Receiver, type Reply, startReceiver } from '../testing/receiver.ts';
import { postSet } from './post.ts';

let receiver: Receiver;
let other: Receiver;
beforeEach(async () => {
  [receiver, other] = await Promise.all([startReceiver(), startReceiver()]);
});
afterEach(() => Promise.all([receiver.stop(), other.stop()]));

const SET = 'aGVhZA.e30.c2lnbmF0dXJl';
const post = (url = receiver.url, timeout = 5000, stop = new AbortController().signal) =>
  postSet(url, SET, { timeout, stop });
const redirect =
  (status: number, location: string): Reply =>
  (response) =>
    response.writeHead(status, { location }).end();

describe('the request', () => {
  it('equals that of axios without a body', async () => {
    expect(await post()).toBe(200);
    const [request] = receiver.received;
    expect(request).toMatchObject({ method: 'POST', path: '/webhooks/fxa', body: '' });
    expect(request?.rawHeaders).toEqual([
      ...['Accept', 'application/json, text/plain, */*'],
      ...['Content-Type', 'application/x-www-form-urlencoded'],
      ...['Authorization', `Bearer ${SET}`],
      ...['User-Agent', expect.stringMatching(/^axios\/1\./) as string],
      ...['Content-Length', '0'],
      ...['Host', new URL(receiver.url).host],
      ...['Connection', 'close'],
    ]);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303])('of %i makes it a GET without a content type', async (status) => {
    receiver.answer(redirect(status, '/elsewhere'), 204);
    expect(await post()).toBe(204);
    const last = receiver.received.at(-1);
    expect(last).toMatchObject({ method: 'GET', path: '/elsewhere' });
    expect(last?.headers).toMatchObject({ authorization: `Bearer ${SET}` });
    expect(last?.headers['content-type']).toBeUndefined();
    expect(last?.headers['content-length']).toBeUndefined();
  });

  it.each([307, 308])('of %i keeps it a POST', async (status) => {
    receiver.answer(redirect(status, '/elsewhere'));
    expect(await post()).toBe(200);
    expect(receiver.received.at(-1)).toMatchObject({ method: 'POST', path: '/elsewhere' });
    expect(receiver.received.at(-1)?.headers['content-length']).toBe('0');
  });

  it('to another host does not send the token', async () => {
    receiver.answer(redirect(307, other.url));
    expect(await post()).toBe(200);
    expect(other.received[0]?.headers.authorization).toBeUndefined();
  });

  it('loop counts as no response', async () => {
    receiver.answer(...Array.from({ length: 40 }, () => redirect(302, '/again')));
    expect(await post()).toBeUndefined();
    expect(receiver.received).toHaveLength(22);
  });

  it('without a location counts as its status', async () => {
    receiver.answer(304);
    expect(await post()).toBe(304);
  });
});

describe('no response', () => {
  it('is reported after a timeout', async () => {
    receiver.answer(() => undefined);
    expect(await post(receiver.url, 100)).toBeUndefined();
  });

  it('is reported for a broken connection', async () => {
    receiver.answer((response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
    });
    expect(await post()).toBeUndefined();
  });

  it('is reported without a listener', async () => {
    await other.stop();
    expect(await post(other.url)).toBeUndefined();
  });

  it('is reported when the sender stops', async () => {
    const stopping = new AbortController();
    receiver.answer(() => stopping.abort());
    expect(await post(receiver.url, 60_000, stopping.signal)).toBeUndefined();
  });
});
