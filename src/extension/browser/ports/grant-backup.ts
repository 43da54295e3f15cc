// Backs up grants outside `storage.local`, so that one survives damage to the other.
import type { BackedUpGrant, GrantBackup } from '../../../session/ports.ts';
import { storedItem } from './database.ts';

const grants = storedItem('grants', 'grants', 'all');

export const grantBackup: GrantBackup = {
  read: async () => parsed(await grants.read()),
  change: (next) =>
    grants.change((stored) => {
      const before = parsed(stored);
      const after = next(before);
      return after === before ? undefined : after;
    }),
};

function parsed(stored: unknown): readonly BackedUpGrant[] {
  return Array.isArray(stored) ? stored.filter(isGrant) : [];
}

/** Drops entries that could not be destroyed anyway. */
function isGrant(value: unknown): value is BackedUpGrant {
  const { refreshTokenId, issuer } = (value ?? {}) as Partial<Record<keyof BackedUpGrant, unknown>>;
  return (
    typeof refreshTokenId === 'string' && /^[0-9a-f]{64}$/.test(refreshTokenId) && typeof issuer === 'string'
  );
}
