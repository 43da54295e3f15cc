// A session token shows its owner's uid, by which the account can be moved to its key under a new secret.
import { accountKeys, type Clients, type Secrets } from '../clients.ts';
import type { Store } from '../store.ts';
import type { SessionSource } from './authenticate.ts';
import { openUid } from './seal.ts';

/** Undefined when no rotation is under way. */
export function sessionRotation(
  secrets: Secrets,
  clients: Clients,
  store: Pick<Store, 'rekey'>,
): SessionSource['rotate'] {
  if (!secrets.formerSecret) return undefined;
  return async (session, token) => {
    const client = clients.get(session.clientId);
    if (client === undefined) return session;
    const keys = accountKeys(secrets, client, openUid(token, session.sealedUid));
    if (!keys.former?.equals(session.account)) return session;
    await store.rekey(keys);
    return { ...session, account: keys.account };
  };
}
