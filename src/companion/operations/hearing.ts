// Adds to the health whether this instance hears what others change.
import type { Check, Health } from './health.ts';

export type InstanceHealth = Health & { readonly checks: { readonly notifications?: Check } };

/** Adds the check `notifications`: a warning while `isDeaf`. */
export function withHearing(
  health: () => Promise<Health>,
  isDeaf: () => boolean = () => false,
): () => Promise<InstanceHealth> {
  return async () => {
    const found = await health();
    // Only a warning: without its memory an instance is slower, but right.
    const notifications = isDeaf() ? 'warning' : 'ok';
    const status = found.status === 'ok' ? notifications : found.status;
    return { ...found, status, checks: { ...found.checks, notifications } };
  };
}
