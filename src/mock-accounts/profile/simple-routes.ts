/** The profile server's single-field routes: uid, email, display name, subscriptions, avatar. */
import type { Context } from 'hono';
import type { EraRules } from '../era.ts';
import { json } from '../http/reply.ts';
import { readPayload } from '../http/payload.ts';
import { crash, unauthorized } from '../problems.ts';
import type { Account } from '../store/types.ts';
import { required, type Schema, validate } from '../validation/schema.ts';
import { string } from '../validation/types.ts';
import type { MockContext } from '../context.ts';
import { avatarOf } from './avatar-of.ts';
import { callerWith } from './bearer.ts';
import { answerWithEtag, etagOf } from './profile.ts';

/** The caller's account. FxA 2019: the auth server no longer knows a deleted one, and this server trips over that. */
function accountOf(context: MockContext, uid: string): Account {
  const account = context.store.accounts.byUid(uid);
  if (account === undefined) throw context.rules.tokensSurviveAccountDeletion ? crash() : unauthorized();
  return account;
}

/** The caller's account as far as this server keeps it itself. */
function profileOf(context: MockContext, uid: string): Account {
  const account = context.store.profileOf(uid);
  if (account === undefined) throw unauthorized();
  return account;
}

/** `GET /v1/uid`. */
export async function uidEndpoint(context: MockContext, c: Context): Promise<Response> {
  return json({ uid: (await callerWith(context, c, 'profile:uid')).uid });
}

/** `GET /v1/email`. */
export async function emailEndpoint(context: MockContext, c: Context): Promise<Response> {
  return json({
    email: accountOf(context, (await callerWith(context, c, 'profile:email', 'email')).uid).email,
  });
}

/** `GET /v1/subscriptions`. FxA: filtered to the token's client. */
export async function subscriptionsEndpoint(context: MockContext, c: Context): Promise<Response> {
  const token = await callerWith(context, c, 'profile:subscriptions');
  return json({ subscriptions: accountOf(context, token.uid).subscriptions[token.clientId] ?? [] });
}

/** `GET /v1/avatar`. */
export async function avatarEndpoint(context: MockContext, c: Context): Promise<Response> {
  const account = profileOf(context, (await callerWith(context, c, 'profile:avatar')).uid);
  const { avatar, avatarDefault, id } = avatarOf(context, account);
  return answerWithEtag(c, { avatar, avatarDefault, id }, `"${id}"`);
}

/** `GET /v1/display_name`: 204 without one. */
export async function displayNameEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { displayName } = profileOf(context, (await callerWith(context, c, 'profile:display_name')).uid);
  if (displayName === undefined) {
    return new Response(null, {
      status: 204,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
  }
  return answerWithEtag(c, { displayName }, etagOf(displayName));
}

/* oxlint-disable no-control-regex -- these are the characters to refuse */
/**
 * FxA: no control characters, no line or paragraph separators, no private use, no specials; today U+FFFD is let
 * through.
 */
const DISPLAY_NAME: Readonly<Record<'today' | '2019', RegExp>> = {
  today: /^[^\u0000-\u001F\u007F-\u009F\u2028\u2029\uE000-\uF8FF\uFFF9-\uFFFC\uFFFE\uFFFF]*$/,
  2019: /^[^\u0000-\u001F\u007F-\u009F\u2028\u2029\uE000-\uF8FF\uFFF9-\uFFFF]*$/,
};
/* oxlint-enable no-control-regex */

const displayNameBody = ({ monorepo }: EraRules): Schema => ({
  unknown: !monorepo ? 'refused' : 'stripped',
  fields: [
    required(
      'displayName',
      string({ max: 256, pattern: monorepo ? DISPLAY_NAME.today : DISPLAY_NAME[2019], empty: true }),
    ),
  ],
});

/** `POST /v1/display_name`. An empty name clears it. Throws 101 of the profile namespace. */
export async function setDisplayNameEndpoint(context: MockContext, c: Context): Promise<Response> {
  const account = profileOf(context, (await callerWith(context, c, 'profile:display_name:write')).uid);
  const schema = displayNameBody(context.rules);
  const { displayName } = validate(schema, await readPayload(c.req.raw)) as { displayName: string };
  if (displayName === '') delete account.displayName;
  else account.displayName = displayName;
  context.store.profileChanged(account);
  return json({});
}
