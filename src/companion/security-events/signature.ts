// The signature of a compact JWS (RFC 7515), for the one algorithm Mozilla accounts signs with.
//
// jose does this too, and ours must never accept what jose refuses: tests hold the two together. It is here because
// `crypto.verify` costs a third less than WebCrypto, and less again when what comes in together is verified together.
import { isUtf8 } from 'node:buffer';
import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** Gives the public key of a `kid`. Rejects when there is none, or when that cannot be said now. */
export type FindKey = (kid: string) => KeyObject | Promise<KeyObject>;

export type Claims = Readonly<Record<string, unknown>>;

export interface VerifiedJws {
  /** As it stands in the header. */
  readonly typ: unknown;
  readonly payload: Buffer;
}

/** Characters. FxA: a SET has some 800, an access token some 1500. */
const LONGEST_TOKEN = 8192;
export const LONGEST_KID = 256;

/**
 * Verifies an RS256 signature. The key is found by `kid` and nothing else: whatever key or address a header carries
 * (`jwk`, `jku`, `x5c`, `x5u`) is never looked at (RFC 8725, section 3.10).
 *
 * @throws Refusal `malformed`, `algorithm`, `extension`, `key` (no usable `kid`) or `signature`; and what `find` throws.
 */
export async function verifySignature(token: string, find: FindKey): Promise<VerifiedJws> {
  if (token.length > LONGEST_TOKEN) throw new Refusal('malformed');
  const [head, body, tail, ...more] = token.split('.');
  if (head === undefined || body === undefined || tail === undefined || more.length > 0) {
    throw new Refusal('malformed');
  }
  const { alg, kid, typ, ...header } = readHeader(head);
  const payload = decode(body);
  const signature = decode(tail);
  if (alg !== 'RS256') throw new Refusal('algorithm');
  // No extension is understood (RFC 7515, section 4.1.11), and no JWT may leave its payload unencoded (RFC 7797, section 7).
  if ('crit' in header || 'b64' in header) throw new Refusal('extension');
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KID) throw new Refusal('key');
  const key = await find(kid);
  const signed = Buffer.from(token.slice(0, head.length + 1 + body.length), 'latin1');
  if (!(await isSigned({ signed, key, signature }))) throw new Refusal('signature');
  return { typ, payload };
}

interface Question {
  readonly signed: Buffer;
  readonly key: KeyObject;
  readonly signature: Buffer;
  readonly answer: (valid: boolean) => void;
}

/** In one turn of the event loop; who else waits for it waits no longer than that. */
const BATCH_SIZE = 32;
let questions: Question[] = [];

/**
 * What has come in within one turn is verified at its end, here and not in Node's pool of threads: one takes no longer than
 * handing it over, and a slow look-up of a name, which takes place in that pool, holds none of them up.
 */
function isSigned(question: Omit<Question, 'answer'>): Promise<boolean> {
  return new Promise((answer) => {
    if (questions.length === 0) setImmediate(answerAll);
    questions.push({ ...question, answer });
  });
}

function answerAll(): void {
  const now = questions.slice(0, BATCH_SIZE);
  questions = questions.slice(BATCH_SIZE);
  if (questions.length > 0) setImmediate(answerAll);
  for (const { signed, key, signature, answer } of now) answer(holds(signed, key, signature));
}

function holds(signed: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify('sha256', signed, key, signature);
  } catch {
    return false;
  }
}

/** What one key signs of one kind has the same header each time. */
let lastHeader: { readonly head: string; readonly claims: Claims } | undefined;

function readHeader(head: string): Claims {
  if (lastHeader?.head === head) return lastHeader.claims;
  const claims = parseObject(decode(head));
  lastHeader = { head, claims };
  return claims;
}

/**
 * The JSON object in a payload or header.
 *
 * @throws Refusal `malformed`.
 */
export function parseObject(bytes: Buffer): Claims {
  let value: unknown;
  try {
    // What is no UTF-8 would be read as something that was never signed.
    if (isUtf8(bytes)) value = JSON.parse(bytes.toString('utf8'));
  } catch {
    // A parser's message quotes what it read.
  }
  if (!isObject(value)) throw new Refusal('malformed');
  return value;
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Node's decoder overlooks padding, white space, foreign characters and stray bits; only what it would write itself is taken.
function decode(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Refusal('malformed');
  return bytes;
}
