// Verifies compact JWS (RFC 7515) with RS256, the only algorithm Mozilla accounts uses.
//
// jose does this too, and tests check that this never accepts what jose refuses. It exists because of its cost: 36 µs of
// processor time for a token, where jose's `compactVerify` takes 71 µs (WebCrypto leaves the thread for each).
import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** Finds the public key for a `kid`. Rejects when it doesn't exist, or when that can't be determined now. */
export type FindKey = (kid: string) => KeyObject | Promise<KeyObject>;

export type Claims = Readonly<Record<string, unknown>>;

/** Characters. FxA: a SET has about 800, an access token about 1500. */
const LONGEST_TOKEN = 8192;
export const LONGEST_KID = 256;

/**
 * Verifies an RS256 signature. The key is found by `kid` only: keys and URLs in the header (`jwk`, `jku`, `x5c`, `x5u`)
 * are ignored (RFC 8725, section 3.10). Resolves with the payload and, as in the header, the type.
 *
 * @throws Refusal `malformed`, `algorithm`, `extension`, `key` (no usable `kid`) or `signature`; and whatever `find`
 *   throws.
 */
export async function verifySignature(token: string, find: FindKey) {
  if (token.length > LONGEST_TOKEN) throw new Refusal('malformed');
  const [head, body, tail, ...more] = token.split('.');
  if (head === undefined || body === undefined || tail === undefined || more.length > 0) {
    throw new Refusal('malformed');
  }
  const { alg, kid, typ, ...header } = readHeader(head);
  const payload = decode(body);
  const signature = decode(tail);
  if (alg !== 'RS256') throw new Refusal('algorithm');
  // No extension is supported (RFC 7515, section 4.1.11), and a JWT may not leave its payload unencoded (RFC 7797,
  // section 7).
  if ('crit' in header || 'b64' in header) throw new Refusal('extension');
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KID) throw new Refusal('key');
  const key = await find(kid);
  const signed = Buffer.from(token.slice(0, head.length + 1 + body.length), 'latin1');
  if (!(await isSigned(signed, key, signature))) throw new Refusal('signature');
  return { typ, payload };
}

/** Signatures verified per turn of the event loop, which bounds the delay for other work. */
const BATCH_SIZE = 32;
const queue: (() => void)[] = [];

/**
 * Signatures that arrive in one turn are verified at its end, on the main thread: handing one to Node's thread pool
 * costs as much as verifying it, and slow DNS lookups in that pool would delay it.
 */
function isSigned(signed: Buffer, key: KeyObject, signature: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    if (queue.length === 0) setImmediate(verifyBatch);
    queue.push(() => {
      try {
        resolve(verify('sha256', signed, key, signature));
      } catch {
        resolve(false);
      }
    });
  });
}

function verifyBatch(): void {
  const batch = queue.splice(0, BATCH_SIZE);
  if (queue.length > 0) setImmediate(verifyBatch);
  for (const verifyOne of batch) verifyOne();
}

/** Tokens of one kind signed by one key share their header. */
let lastHeader: { readonly head: string; readonly claims: Claims } | undefined;

function readHeader(head: string): Claims {
  if (lastHeader?.head === head) return lastHeader.claims;
  const claims = parseObject(decode(head));
  lastHeader = { head, claims };
  return claims;
}

/** Parses the JSON object in a payload or header; throws Refusal `malformed`. */
export function parseObject(bytes: Buffer): Claims {
  let value: unknown;
  try {
    // Invalid UTF-8 would be decoded to something that was never signed.
    if (isUtf8(bytes)) value = JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's message would quote the input.
  }
  if (!isObject(value)) throw new Refusal('malformed');
  return value;
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Node's decoder ignores padding, white space, foreign characters and stray bits; only the canonical encoding is
// accepted.
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Refusal('malformed');
  return bytes;
}
