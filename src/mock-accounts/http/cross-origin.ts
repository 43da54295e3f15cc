/** Detects cross-origin requests by their Origin header. */
import type { Context } from 'hono';

/**
 * True for an Origin header other than this server's, including opaque origins. Needed because cookies ignore ports and
 * forms can be posted anywhere, so another site could act for the signed-in user.
 */
export function isCrossOrigin(c: Context): boolean {
  const origin = c.req.header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== c.req.header('host');
}
