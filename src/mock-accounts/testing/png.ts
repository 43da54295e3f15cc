/** A small picture for tests, of any size in bytes. */
import { deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A chunk of a PNG; nothing here looks at its checksum. */
function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
}

/** A gray PNG of one pixel, filled with a private chunk to the size wanted where that is possible. */
export function png(size = 0): Uint8Array<ArrayBuffer> {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const image = deflateSync(Buffer.from([0, 0x7f]));
  const start = [SIGNATURE, chunk('IHDR', header)];
  const end = [chunk('IDAT', image), chunk('IEND', Buffer.alloc(0))];
  const missing = size - Buffer.concat([...start, ...end]).length - 12;
  const picture = Buffer.concat(
    missing < 0 ? [...start, ...end] : [...start, chunk('prVt', Buffer.alloc(missing)), ...end],
  );
  return new Uint8Array(picture);
}
