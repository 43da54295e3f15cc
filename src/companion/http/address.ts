// The caller's address: the socket's, or the one reported by trusted proxies.
import { isIP } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

/**
 * The caller's address; empty without a connection. Each of `trustedProxies` proxies appends the address it saw to
 * `X-Forwarded-For`, so this is the one the outermost of them saw; entries to its left could be forged.
 */
export function callerAddress(c: Context, trustedProxies: number): string {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  return addressBehind(
    incoming?.socket.remoteAddress ?? '',
    c.req.header('x-forwarded-for') ?? '',
    trustedProxies,
  );
}

/** As `callerAddress`, from the socket's address and the header's value. */
export function addressBehind(remote: string, forwardedFor: string, trustedProxies: number): string {
  const socket = plainAddress(remote);
  if (trustedProxies === 0) return socket;
  const seen = forwardedFor.split(',');
  const outermost = plainAddress(seen.at(-trustedProxies)?.trim() ?? '');
  return isIP(outermost) === 0 ? socket : outermost;
}

/** The network of an address: an IPv4 address itself, or the /64 of an IPv6 one. */
export function networkOf(address: string): string {
  return isIP(address) === 6 ? groups(address).slice(0, 4).join(':') : address;
}

/** Limits what one network has open at a time: the function opens one more and returns its release, or undefined. */
export function limitPerNetwork(most: number): (address: string) => (() => void) | undefined {
  const open = new Map<string, number>();
  return (address) => {
    const network = networkOf(address);
    const before = open.get(network) ?? 0;
    if (before >= most) return undefined;
    open.set(network, before + 1);
    return () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    };
  };
}

/** Strips port, brackets and zone, and unwraps IPv4-mapped IPv6 addresses. */
export function plainAddress(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
  return bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function groups(address: string): string[] {
  // The URL parser normalizes every notation.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}
