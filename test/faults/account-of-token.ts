// Checks that a token or key belongs to the account that was signed in when the call began.
import type { StoredRecord } from '../../src/session/state/record.ts';
import type { BoundKey } from '../../src/session/tokens/scoped-keys.ts';
import type { BoundToken } from '../../src/session/index.ts';
import { baseState, uidOf } from '../../src/session/state/states.ts';
import type { FaultHarness } from './harness.ts';

/** The uid of the account signed in by this record; undefined when signed out. */
export function accountIn(stored: unknown): string | undefined {
  if (stored === undefined) return undefined;
  const base = baseState((stored as StoredRecord).session);
  return base.status === 'signedIn' ? uidOf(base.account) : undefined;
}

/** What is wrong with a token. `began`: the account the call began with; `refused`: the token it replaces. */
export function wrongToken(
  { mock }: Pick<FaultHarness, 'mock'>,
  { token, uid }: BoundToken,
  { began, refused }: { readonly began: string | undefined; readonly refused?: BoundToken | undefined },
): string | undefined {
  const found = mock.store.tokens.findAccessToken(token);
  if (found && found.uid !== uid) return 'a token was said to be of another account than it is';
  if (uid !== began) return 'a call was given a token of another account than it began with';
  if (refused && refused.uid !== uid) return 'a refused token was replaced by one of another account';
  return undefined;
}

/** The same for a key, which names its account (fake-keys.ts). */
export function wrongKey({ key, uid }: BoundKey, began: string | undefined): string | undefined {
  if (key.k !== uid) return 'a key was said to be of another account than it is';
  return uid === began ? undefined : 'a call was given a key of another account than it began with';
}
