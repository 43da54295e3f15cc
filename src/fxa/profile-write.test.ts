import { afterEach, describe, expect, it, vi } from 'vitest';
import { fxaError, json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { LARGEST_AVATAR, setAvatar, setDisplayName } from './profile-write.ts';
import { ACCESS_TOKEN, ORIGIN, deployment, failure } from './testing/deployment.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const bytes = (...values: number[]) => new Uint8Array(values);
const pngOf = (size: number) => {
  const image = new Uint8Array(size);
  image.set(PNG);
  return image;
};
const authorization = `Bearer ${ACCESS_TOKEN}`;

const nameRequest = (name: string, answer: ExpectedRequest['answer'] = json({})): ExpectedRequest => ({
  method: 'POST',
  url: `${ORIGIN}/v1/display_name`,
  authorization,
  body: { type: 'application/json', content: JSON.stringify({ displayName: name }) },
  answer,
});
const named = (name: string, ...requests: ExpectedRequest[]) =>
  setDisplayName(deployment(), ACCESS_TOKEN, name, { fetch: strictFetch(...requests) });

const pictureRequest = (
  type: string,
  content: Uint8Array,
  answer: ExpectedRequest['answer'],
): ExpectedRequest => ({
  method: 'POST',
  url: `${ORIGIN}/v1/avatar/upload`,
  authorization,
  body: { type, content },
  answer,
});
const UPLOADED = { url: `${ORIGIN}/a/${'ab'.repeat(16)}`, id: 'ab'.repeat(16) };
const uploaded = () => json(UPLOADED, 201);
const pictured = (image: Blob | Uint8Array<ArrayBuffer>, ...requests: ExpectedRequest[]) =>
  setAvatar(deployment(), ACCESS_TOKEN, image, { fetch: strictFetch(...requests) });

afterEach(() => {
  vi.useRealTimers();
});

describe('setDisplayName', () => {
  it.each(['Ada Lovelace', '', 'نور الهدى', 'Zoë 🦊', '<b>"\\', 'x'.repeat(256)])(
    'sends %j',
    async (name) => {
      await expect(named(name, nameRequest(name))).resolves.toBeUndefined();
    },
  );

  it.each([
    ['a line break', 'a\nb'],
    ['a control character', 'a\u0000'],
    ['another one', 'a\u0085'],
    ['DEL', '\u007F'],
    ['a line separator', 'a\u2028'],
    ['private use', '\uE000'],
    ['the replacement character', 'a\uFFFD'],
    ['half of a pair', 'a\uD83E'],
    ['257 characters', 'x'.repeat(257)],
    ['128 characters and a half that take two units each', `${'🦊'.repeat(128)}x`],
  ])('rejects %s before sending it, and does not repeat it', async (_what, name) => {
    const error = await failure(named(name));
    expect(error).toMatchObject({ code: 'invalid_request', parameter: 'displayName' });
    expect(error.message).not.toContain(name);
  });

  it.each([
    ['token_rejected', fxaError(401, 100, { reason: 'Expired token' })],
    ['scope_denied', fxaError(403, 999)],
    ['rate_limited', fxaError(429, 114, { retryAfter: 30 })],
    ['rate_limited', fxaError(400, 125)],
    ['server_unavailable', fxaError(503, 104)],
    ['misconfigured', fxaError(404, 999)],
    ['bad_response', new Response('<h1>Welcome to our hotel</h1>')],
    ['offline', new TypeError('Failed to fetch')],
  ])('%s', async (code, answer) => {
    expect(await failure(named('Ada', nameRequest('Ada', answer)))).toMatchObject({ code });
  });

  it('reports a name that only FxA rejects', async () => {
    const answer = fxaError(400, 101, { validation: { source: 'payload', keys: ['displayName'] } });
    expect(await failure(named('Ada', nameRequest('Ada', answer)))).toMatchObject({
      code: 'invalid_request',
      parameter: 'displayName',
    });
  });
});

describe('setAvatar', () => {
  it.each([
    ['a PNG', 'image/png', bytes(...PNG, 1, 2, 3)],
    ['a JPEG', 'image/jpeg', bytes(...JPEG, 0xe0, 1)],
    ['a JPEG of a camera', 'image/jpeg', bytes(...JPEG, 0xe1, 1)],
    ['a JPEG without a header of its own', 'image/jpeg', bytes(...JPEG, 0xdb, 1)],
  ])('sends %s unchanged', async (_what, type, image) => {
    await expect(pictured(image, pictureRequest(type, image, uploaded()))).resolves.toBeUndefined();
  });

  it('takes the type from the bytes, not from the Blob', async () => {
    const image = bytes(...PNG, 1);
    const file = new Blob([image], { type: 'image/jpeg' });
    await pictured(file, pictureRequest('image/png', image, uploaded()));
  });

  it('sends only its own part of a larger buffer', async () => {
    const part = bytes(7, 7, ...PNG, 1, 9).subarray(2, -1);
    await pictured(part, pictureRequest('image/png', bytes(...PNG, 1), uploaded()));
  });

  it.each([
    ['nothing', bytes()],
    ['a GIF that calls itself a PNG', new Blob(['GIF89a'], { type: 'image/png' })],
    ['an SVG', new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'], { type: 'image/svg+xml' })],
    ['the beginning of a PNG', bytes(...PNG.slice(0, 7))],
    ['a JPEG that FxA does not take', bytes(...JPEG, 0xee)],
    ['what is one byte too large', pngOf(LARGEST_AVATAR + 1)],
    ['a file one byte too large', new Blob([pngOf(LARGEST_AVATAR + 1)])],
  ])('rejects %s before sending it', async (_what, image) => {
    expect(await failure(pictured(image))).toMatchObject({ code: 'invalid_request', parameter: 'avatar' });
  });

  it('accepts a picture of the maximum size', async () => {
    const image = pngOf(LARGEST_AVATAR);
    await pictured(image, pictureRequest('image/png', image, uploaded()));
  });

  it('reports a file that is no longer readable', async () => {
    const moved = new Blob([bytes(...PNG)]);
    moved.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
    expect(await failure(pictured(moved))).toMatchObject({ code: 'invalid_request', parameter: 'avatar' });
  });

  it.each([
    ['invalid_request', fxaError(500, 103)],
    ['invalid_request', fxaError(413, 999)],
    ['invalid_request', new Response('<h1>Too large</h1>', { status: 413 })],
    ['invalid_request', fxaError(415, 999)],
    ['server_unavailable', fxaError(500, 999)],
    ['token_rejected', fxaError(401, 100)],
    ['scope_denied', fxaError(403, 999)],
  ])('%s', async (code, answer) => {
    const image = bytes(...PNG);
    expect(await failure(pictured(image, pictureRequest('image/png', image, answer)))).toMatchObject({
      code,
    });
  });

  it('times out after a minute, or after http.timeout', async () => {
    vi.useFakeTimers();
    const image = bytes(...PNG);
    const wait = (timeout?: number) => {
      const fetch = strictFetch(pictureRequest('image/png', image, 'silence'));
      return failure(setAvatar(deployment(), ACCESS_TOKEN, image, { fetch, timeout }));
    };
    const ended = vi.fn();
    const failed = wait().finally(ended);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({ code: 'server_unavailable' });
    const impatient = wait(5000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await impatient).toMatchObject({ code: 'server_unavailable' });
  });
});
