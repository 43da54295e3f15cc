/** Whether a request was made by some other site, as far as the browser says. */
import type { Context } from 'hono';

/**
 * True when there is an Origin header that is not this server's own, opaque origins included. Cookies ignore ports and a form may be
 * posted to anywhere, so another site must not act in the name of the person the cookie belongs to.
 */
export function isCrossOrigin(c: Context): boolean {
  const origin = c.req.header('origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== c.req.header('host');
}
