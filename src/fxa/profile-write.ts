// Changes the display name and the picture. Invalid values are rejected before they are sent.
import { followsStandards, type Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http, JsonRequest } from './http.ts';

/** Bytes. FxA: the default limit; a deployment may allow less. */
export const LARGEST_AVATAR = 1024 * 1024;

/** UTF-16 code units, as FxA counts them. */
const LONGEST_NAME = 256;

/** Milliseconds. Uploads take longer than other requests. */
const UPLOAD_TIMEOUT = 60_000;

// FxA: rejects control characters, line and paragraph separators, private use, and specials (older servers include
// U+FFFD). Lone surrogates would be altered in transit.
const FORBIDDEN_IN_NAME = /[\p{Cc}\u2028\u2029\uE000-\uF8FF\uFFF9-\uFFFF\p{Cs}]/u;

// FxA: checks these first bytes, for JPEG one more than its signature has.
const SIGNATURES: readonly (readonly [type: string, begins: RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff(?:db|e0|e1)/],
];

/**
 * Sets the display name; an empty one clears it. Needs the scope `profile:display_name:write` (FxA: implied by
 * `profile:write`, but not by `profile`).
 *
 * @throws FxaError
 * - `invalid_request` with parameter `displayName`: longer than 256 characters, or with characters that FxA rejects
 * - `token_rejected`: refresh once and retry
 * - `unsupported` at a server of the standards, `scope_denied`, and the codes of `requestJson`
 * @example
 * await setDisplayName(deployment, accessToken, 'Ada Lovelace', http);
 */
export async function setDisplayName(
  deployment: Deployment,
  accessToken: string,
  name: string,
  http: Http,
): Promise<void> {
  if (name.length > LONGEST_NAME) throw invalid('displayName', `at most ${LONGEST_NAME} characters long`);
  if (FORBIDDEN_IN_NAME.test(name)) throw invalid('displayName', 'one line of text');
  const body = JSON.stringify({ displayName: name });
  await write(deployment, 'display_name', accessToken, { type: 'application/json', body }, http);
}

/**
 * Sets the picture: a PNG or JPEG of at most `LARGEST_AVATAR` bytes; the profile has its URL afterwards. The type is
 * taken from the bytes, not from the `Blob`. Needs the scope `profile:avatar:write`. Times out after a minute unless
 * `http.timeout` is set.
 *
 * @throws FxaError
 * - `invalid_request`: with parameter `avatar` when it is empty, too large or of another type; without one when FxA
 *   cannot decode the picture
 * - `token_rejected`, `unsupported`, `scope_denied`, and the codes of `requestJson`
 * @example
 * await setAvatar(deployment, accessToken, input.files[0], http);
 */
export async function setAvatar(
  deployment: Deployment,
  accessToken: string,
  image: Blob | Uint8Array<ArrayBuffer>,
  http: Http,
): Promise<void> {
  const size = image instanceof Uint8Array ? image.byteLength : image.size;
  if (size > LARGEST_AVATAR) throw invalid('avatar', `at most ${LARGEST_AVATAR} bytes large`);
  const body = image instanceof Uint8Array ? image : await bytesOf(image);
  const type = typeOf(body);
  if (type === undefined) throw invalid('avatar', 'a PNG or a JPEG');
  const timeout = http.timeout ?? UPLOAD_TIMEOUT;
  await write(deployment, 'avatar/upload', accessToken, { type, body }, { ...http, timeout });
}

/** FxA: write endpoints are siblings of `/v1/profile`. */
async function write(
  { endpoints }: Deployment,
  path: string,
  accessToken: string,
  { type, body }: { type: string; body: NonNullable<JsonRequest['body']> },
  http: Http,
): Promise<void> {
  if (followsStandards({ endpoints }))
    throw new FxaError('unsupported', 'This server has no profile to write.');
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': type };
  const url = new URL(path, endpoints.profile).href;
  await requestJson(http, 'profile-write', url, { method: 'POST', headers, body });
}

/** Fails when the file was moved or changed after it was chosen. */
async function bytesOf(image: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await image.arrayBuffer());
  } catch (cause) {
    throw invalid('avatar', 'readable', cause);
  }
}

function typeOf(bytes: Uint8Array): string | undefined {
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return SIGNATURES.find(([, begins]) => begins.test(start))?.[0];
}

function invalid(parameter: 'displayName' | 'avatar', rule: string, cause?: unknown): FxaError {
  return new FxaError('invalid_request', `${parameter} must be ${rule}`, { parameter, cause });
}
