// The cookie that binds sign-ins to the browser that began them. Sign-ins in several tabs share it.
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { formatSessionToken, newSessionToken, parseSessionToken } from '../sessions/token.ts';

const NAME = 'fxa-oauth';

/**
 * `secure`: over https, where its prefix `__Host-` keeps other hosts of the domain from setting it (RFC 6265bis, section
 * 4.1.3.2). `seconds`: for the longest sign-in, since another one that begins must not shorten it. SameSite=Lax, because
 * Mozilla accounts navigates to the callback.
 */
export function stateCookie(secure: boolean, seconds: number) {
  /** The browser's 32 random bytes; undefined without the cookie. */
  const read = (c: Context): Uint8Array | undefined => {
    const value = secure ? getCookie(c, NAME, 'host') : getCookie(c, NAME);
    return value === undefined ? undefined : parseSessionToken(value);
  };
  return {
    read,
    /** The browser's bytes, which are kept longer; sets new ones where there are none. */
    keep: (c: Context): Uint8Array => {
      const browser = read(c) ?? newSessionToken();
      setCookie(c, NAME, formatSessionToken(browser), {
        ...(secure && { prefix: 'host', secure }),
        path: '/',
        httpOnly: true,
        sameSite: 'Lax',
        maxAge: seconds,
      });
      return browser;
    },
  };
}
