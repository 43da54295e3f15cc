// Who is calling, as far as the network tells: the socket's address, or the one that trusted proxies have seen.
import { isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/**
 * The caller's address; empty when there is no connection. Behind `trustedProxies` proxies, each of which appends the
 * address it saw to `X-Forwarded-For`, it is the one that the outermost of them saw: what stands to the left of that, anybody
 * can have written.
 */
export function callerAddress(c: Context, trustedProxies: number): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return addressBehind(
    incoming?.socket.remoteAddress ?? '',
    c.req.header('x-forwarded-for') ?? '',
    trustedProxies,
  );
}

/** The same of what Node has: the socket's address, and the header. */
export function addressBehind(remote: string, forwardedFor: string, trustedProxies: number): string {
  const socket = plainAddress(remote);
  if (trustedProxies === 0) return socket;
  const seen = forwardedFor.split(',');
  const outermost = plainAddress(seen.at(-trustedProxies)?.trim() ?? '');
  return isIP(outermost) === 0 ? socket : outermost;
}

/** What one caller has as good as to itself: an IPv4 address, or the /64 of an IPv6 one. */
export function networkOf(address: string): string {
  return isIP(address) === 6 ? groups(address).slice(0, 4).join(':') : address;
}

/** Without a port, brackets or a zone, and IPv4 as IPv4 also on a socket for both. */
export function plainAddress(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  return bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function groups(address: string): string[] {
  // The URL parser knows every way to write one, and writes it in one.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}
