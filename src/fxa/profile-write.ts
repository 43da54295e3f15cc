// Writing to the profile: the display name and the picture. What FxA would refuse is refused here, before it is sent.
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http, JsonRequest } from './http.ts';

/** Bytes. FxA: its default; a deployment may allow less. */
export const LARGEST_AVATAR = 1024 * 1024;

/** UTF-16 code units, as FxA counts them. */
const LONGEST_NAME = 256;

/** A picture takes longer than a question. Milliseconds. */
const UPLOAD_TIMEOUT = 60_000;

// FxA: no control characters, line or paragraph separators, private use, or specials (U+FFFD among them in older
// servers). Half of a surrogate pair is no text, and would not arrive as what was sent.
const FORBIDDEN_IN_NAME = /[\p{Cc}\u2028\u2029\uE000-\uF8FF\uFFF9-\uFFFF\p{Cs}]/u;

// FxA looks at the first bytes, of a JPEG at one more than its signature has.
const SIGNATURES: readonly (readonly [type: string, begins: RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff(?:db|e0|e1)/],
];

/**
 * Sets the display name; the empty one clears it. Needs `profile:display_name:write` (FxA: `profile` does not imply it,
 * `profile:write` does).
 *
 * @throws FxaError `invalid_request` with parameter `displayName` (longer than 256 characters, or one that FxA refuses),
 * `token_rejected` (401: refresh once and try again), `scope_denied` (403), and all of `requestJson`.
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
 * Sets the picture: a PNG or a JPEG of at most `LARGEST_AVATAR` bytes. The profile tells its address afterwards. Its bytes
 * decide what it is, never the type that a `Blob` or a file name claims. Needs `profile:avatar:write`. Waits a minute
 * unless `http.timeout` says otherwise.
 *
 * @throws FxaError `invalid_request` with parameter `avatar` (empty, too large, another kind), or without one when FxA
 * cannot read the picture; `token_rejected`, `scope_denied`, and all of `requestJson`.
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

/** FxA: the writes lie beside `/v1/profile`. */
async function write(
  { endpoints }: Deployment,
  path: string,
  accessToken: string,
  { type, body }: { type: string; body: NonNullable<JsonRequest['body']> },
  http: Http,
): Promise<void> {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': type };
  const url = new URL(path, endpoints.profile).href;
  await requestJson(http, 'profile-write', url, { method: 'POST', headers, body });
}

/** A file may be gone, or changed, since the person chose it. */
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
