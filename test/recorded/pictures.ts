// Pictures in recorded exchanges: bodies were noted by their size alone, and answers name pictures that must be there.
import { png } from '../../src/mock-accounts/testing/png.ts';
import type { Store } from '../../src/mock-accounts/store/store.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import type { Exchange, RecordedRequest } from './exchange.ts';
import { answerOf } from './facts.ts';

/** A body of the recorded size: a picture where the answer took it for one, else only how one begins. */
export function requestWithPicture({ request, response }: Exchange): RecordedRequest {
  const size = Number(/^<(\d+) bytes>$/.exec(request.body)?.[1] ?? Number.NaN);
  if (Number.isNaN(size)) return request;
  const isJpeg = request.headers['content-type']?.includes('jpeg') === true;
  const start = isJpeg ? Buffer.from([0xff, 0xd8, 0xff, 0xe0]) : png().subarray(0, 8);
  const room = Buffer.alloc(Math.max(0, size - start.length));
  if (response.status !== 201) return { ...request, bytes: Buffer.concat([start, room]).subarray(0, size) };
  const end = Buffer.from([0xff, 0xd9]);
  return { ...request, bytes: isJpeg ? Buffer.concat([start, room.subarray(end.length), end]) : png(size) };
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
      bytes: png(),
    }).id;
  } else if (request.method === 'DELETE' && response.status === 200) {
    account.avatarId = store.images.add({
      uid: account.uid,
      type: 'image/png',
      bytes: png(),
    }).id;
  }
  const letter = /\/v1\/avatar\/(\w)$/.exec(shown)?.[1];
  if (letter !== undefined && letter !== account.email[0] && account.displayName === undefined) {
    account.displayName = letter;
  }
}
