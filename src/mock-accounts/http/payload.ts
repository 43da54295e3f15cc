/** Reads a request body in the order of the servers' HTTP framework: size, content type, parsing. */
import { parse as parseForm } from 'node:querystring';
import { httpProblem } from '../problems.ts';

/** FxA: bodies above 16 384 bytes are rejected with 413. */
export const MAX_BODY_BYTES = 16_384;

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const tooLarge = (limit: number) =>
  httpProblem(
    413,
    'Request Entity Too Large',
    `Payload content length greater than maximum allowed: ${limit}`,
  );

/** The body's bytes. Throws a 413 problem above `limit`. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > limit) throw tooLarge(limit);
  return bytes;
}

/** The media type without parameters; JSON without a header. */
function mediaType(request: Request): string {
  const header = request.headers.get('content-type');
  if (header === null || header === '') return JSON_TYPE;
  const type = /^([^/\s;]+\/[^/\s;]+)\s*(?:;|$)/.exec(header.trim())?.[1]?.toLowerCase();
  if (type === undefined) throw httpProblem(400, 'Bad Request', 'Invalid content-type header');
  if (type === 'multipart/form-data' && !/;\s*boundary=/i.test(header)) {
    throw httpProblem(400, 'Bad Request', 'Invalid content-type header: multipart missing boundary');
  }
  return type;
}

/** Whether the body is a form. */
export function isForm(request: Request): boolean {
  return mediaType(request) === FORM_TYPE;
}

/**
 * The parsed body. With `only`, other content types throw a 415 problem; otherwise text is returned as a string.
 * FxA: JSON and forms are both accepted everywhere, with or without a charset.
 */
export async function readPayload(request: Request, only?: 'json-or-form'): Promise<unknown> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
  const type = mediaType(request);
  if (type !== JSON_TYPE && type !== FORM_TYPE && (only !== undefined || !type.startsWith('text/'))) {
    throw httpProblem(415, 'Unsupported Media Type');
  }
  const text = new TextDecoder().decode(await readBytes(request, MAX_BODY_BYTES));
  if (type === FORM_TYPE) return { ...parseForm(text) };
  if (type !== JSON_TYPE) return text;
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw httpProblem(400, 'Bad Request', 'Invalid request payload JSON format');
  }
}
