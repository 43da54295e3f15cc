// Scoped keys: decrypted at sign-in, sealed beside the refresh token, and given only to code in the background.
import { FxaError } from '../../fxa/errors.ts';
import type { KeyIds, ScopedKey, ScopedKeys } from '../../fxa/scoped-keys.ts';
import type { Context } from '../context.ts';
import { openSecret } from './secret-store.ts';
import { baseState, uidOf } from '../state/states.ts';
import { endSessionIfSecretsLost, requireLive } from './access-token.ts';

/**
 * Decrypts the keys in a token answer; undefined in builds that ask for none.
 *
 * @throws FxaError `bad_response` with reason `keys_missing`, `keys_malformed`, or `keys_older` when the same account
 *   already has newer ones here: a replaced key must not come back.
 */
export async function openKeys(
  { ports, config, store }: Context,
  subject: string,
  keysJwe: string | undefined,
  privateJwk: JsonWebKey | undefined,
): Promise<{ secret: { keys: string }; keyIds: KeyIds } | undefined> {
  if (!ports.keys || !privateJwk) return undefined;
  const keys = await ports.keys.openScopedKeys(keysJwe, privateJwk, config.keyScopes ?? []);
  const keyIds = Object.fromEntries(Object.entries(keys).map(([scope, { kid }]) => [scope, { kid }]));
  const base = baseState((await store.read()).session);
  const before = base.status !== 'signedOut' && base.account.subject === subject ? base.account.keyIds : {};
  if (ports.keys.compareScopedKeys(before ?? {}, keyIds) === 'older') {
    throw new FxaError('bad_response', 'The scoped keys are older than known ones.', {
      reason: 'keys_older',
    });
  }
  return { secret: { keys: JSON.stringify(keys) }, keyIds };
}

/** A key and the account it belongs to. */
export interface BoundKey {
  readonly key: ScopedKey;
  readonly uid: string;
  readonly kid: string;
}

/**
 * The key of a scope, for code in the background. Never send it to a page.
 *
 * @throws FxaError `scope_denied` when this build doesn't ask for that key; `account_changed` when another account is
 *   signed in now; `reauth_required` when the session began before the build asked for it; `signed_out` also when the
 *   session's keys are lost, which ends the session; and as `requireLive`.
 */
export async function scopedKey(context: Context, scope: string): Promise<BoundKey> {
  if (!context.config.keyScopes?.includes(scope)) {
    throw new FxaError('scope_denied', 'This build does not ask for the key of this scope.');
  }
  let live = await requireLive(context);
  for (;;) {
    const secret = await openSecret(context, live, 'keys');
    const now = await requireLive(context, live.account.subject);
    if (now.id === live.id) {
      const key = secret === undefined ? undefined : (JSON.parse(secret) as ScopedKeys)[scope];
      if (key) return { key, uid: uidOf(now.account), kid: key.kid };
      if (!now.account.keyIds?.[scope]) throw new FxaError('reauth_required', 'The session has no such key.');
      await endSessionIfSecretsLost(context, live);
    }
    live = now;
  }
}
