/** Uploading and deleting a picture. */
import type { Context } from 'hono';
import { readBytes } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { httpProblem, invalidParameter, ProblemError, unauthorized } from '../problems.ts';
import { required, type Schema, validate } from '../validation/schema.ts';
import { string } from '../validation/types.ts';
import type { MockContext } from '../context.ts';
import { callerWith } from './bearer.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/** FxA: a JPEG begins FF D8 FF and then DB, E0 or E1. */
function looksLike(type: string, bytes: Uint8Array): boolean {
  const begins = (magic: readonly number[]) => magic.every((byte, index) => bytes[index] === byte);
  if (type === 'image/png') return begins(PNG);
  return begins(JPEG) && [0xdb, 0xe0, 0xe1].includes(bytes[3] ?? 0);
}

/** Whether the picture has its end: a decoder trips over one that was cut off. */
function isWhole(type: string, bytes: Uint8Array): boolean {
  const end = Buffer.from(bytes.subarray(-12)).toString('latin1');
  return type === 'image/png' ? end.includes('IEND') : end.includes('\u00FF\u00D9');
}

const processingError = () =>
  new ProblemError({
    kind: 'profile',
    status: 500,
    body: { code: 500, errno: 103, error: 'Internal Server Error', message: 'Image processing error' },
  });

/** `POST /v1/avatar/upload`: the raw picture. 201 with its address. Throws 101 without a length, 415, 413, 500/103. */
export async function uploadEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { uid } = await callerWith(context, c, 'profile:avatar:write');
  const account = context.store.accounts.byUid(uid);
  if (account === undefined) throw unauthorized();
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'image/png' && type !== 'image/jpeg') throw httpProblem(415, 'Unsupported Media Type');
  const bytes = await readBytes(c.req.raw, context.rules.maxPictureBytes);
  if (c.req.header('content-length') === undefined)
    throw invalidParameter(['content-length'], 'headers', true);
  if (!looksLike(type, bytes) || (context.rules.strictPictures && !isWhole(type, bytes)))
    throw processingError();
  const image = context.store.images.add({ uid, type, bytes: new Uint8Array(bytes) });
  account.avatarId = image.id;
  context.store.profileChanged(account);
  return json({ url: `${context.origin}/a/${image.id}`, id: image.id }, 201);
}

const idParams: Schema = {
  unknown: 'stripped',
  fields: [required('id', string({ length: 32, pattern: /^[0-9a-f]+$/ }))],
};

/** `DELETE /v1/avatar/:id?`: the picture named, or the one in use. Throws 404, and 401 for another account's. */
export async function deleteEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { uid } = await callerWith(context, c, 'profile:avatar:write');
  const account = context.store.accounts.byUid(uid);
  const asked = c.req.param('id');
  const id =
    asked === undefined ? account?.avatarId : (validate(idParams, { id: asked }, 'params').id as string);
  const image = id === undefined ? undefined : context.store.images.find(id);
  if (image === undefined && (asked !== undefined || context.rules.strictPictures))
    throw httpProblem(404, 'Bad Request', 'Not Found');
  if (image !== undefined && image.uid !== uid) throw unauthorized('Avatar not owned by user');
  if (image !== undefined) context.store.images.remove(image.id);
  if (account !== undefined) {
    if (account.avatarId === id) delete account.avatarId;
    context.store.profileChanged(account);
  }
  return json({});
}
