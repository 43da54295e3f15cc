// Pictures in recorded exchanges: bodies were noted by their size alone, and answers name pictures that must be there.
import { deflateSync } from 'node:zlib';
import type { Store } from '../../src/mock-accounts/store/store.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import type { Exchange, RecordedRequest } from './exchange.ts';
import { answerOf } from './facts.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A chunk of a PNG; nothing here looks at its checksum. */
function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** A gray PNG of one pixel, filled with a private chunk to the size wanted where that is possible. */
export function png(size = 0): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const image = deflateSync(Buffer.from([0, 0x7f]));
  const start = [SIGNATURE, chunk('IHDR', header)];
  const end = [chunk('IDAT', image), chunk('IEND', Buffer.alloc(0))];
  const missing = size - Buffer.concat([...start, ...end]).length - 12;
  return Buffer.concat(
    missing < 0 ? [...start, ...end] : [...start, chunk('prVt', Buffer.alloc(missing)), ...end],
  );
}

/** A body of the recorded size: a picture where the answer took it for one, else only how one begins. */
export function requestWithPicture({ request, response }: Exchange): RecordedRequest {
  const size = Number(/^<(\d+) bytes>$/.exec(request.body)?.[1] ?? Number.NaN);
  if (Number.isNaN(size)) return request;
  const type = request.headers['content-type'] ?? '';
  const jpeg = Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    Buffer.alloc(Math.max(0, size - 6)),
    Buffer.from([0xff, 0xd9]),
  ]);
  const whole = type.includes('jpeg') ? jpeg : png(size);
  const bytes =
    response.status === 201 ? whole : Buffer.concat([whole, Buffer.alloc(size)]).subarray(0, size);
  return { ...request, bytes };
}

/** Adds the picture that a request is for, and the one or the letter that the answer shows. */
export function seedPictures(store: Store, account: Account, exchange: Exchange): void {
  const { request, response } = exchange;
  const answer = answerOf(exchange);
  const shown = typeof answer.avatar === 'string' ? answer.avatar : '';
  const asked = /^\/(?:a|v1\/avatar)\/([0-9a-f]{32})/.exec(request.path)?.[1];
  const id = /\/a\/([0-9a-f]{32})$/.exec(shown)?.[1] ?? (response.status === 200 ? asked : undefined);
  if (id !== undefined && !/^0+$/.test(id)) {
    account.avatarId = store.images.add({
      id,
      uid: account.uid,
      type: 'image/png',
      bytes: new Uint8Array(png()),
    }).id;
  } else if (request.method === 'DELETE' && response.status === 200) {
    account.avatarId = store.images.add({
      uid: account.uid,
      type: 'image/png',
      bytes: new Uint8Array(png()),
    }).id;
  }
  const letter = /\/v1\/avatar\/(\w)$/.exec(shown)?.[1];
  if (letter !== undefined && letter !== account.email[0] && account.displayName === undefined) {
    account.displayName = letter;
  }
}
