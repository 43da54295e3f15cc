import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { callerAddress, networkOf } from './address.ts';

async function addressOf(socket: string | undefined, proxies: number, forwarded?: string): Promise<string> {
  const app = new Hono().get('/', (c) => c.text(callerAddress(c, proxies)));
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const env = socket === undefined ? undefined : { incoming: { socket: { remoteAddress: socket } } };
  return (await app.request('/', { headers }, env)).text();
}

describe('the address of a caller', () => {
  it.each([
    ['192.0.2.1', 0, undefined, '192.0.2.1'],
    ['::ffff:192.0.2.1', 0, undefined, '192.0.2.1'],
    ['fe80::1%eth0', 0, undefined, 'fe80::1'],
    // Without a trusted proxy the header may be forged.
    ['192.0.2.1', 0, '198.51.100.7', '192.0.2.1'],
    ['10.0.0.1', 1, '203.0.113.9, 198.51.100.7', '198.51.100.7'],
    ['10.0.0.1', 2, '203.0.113.9, 198.51.100.7, 10.0.0.2', '198.51.100.7'],
    ['10.0.0.1', 1, '198.51.100.7:4711', '198.51.100.7'],
    ['10.0.0.1', 1, '[2001:db8::1]:4711', '2001:db8::1'],
    ['10.0.0.1', 1, 'unknown', '10.0.0.1'],
    ['10.0.0.1', 2, '198.51.100.7', '10.0.0.1'],
    ['10.0.0.1', 1, undefined, '10.0.0.1'],
    [undefined, 0, undefined, ''],
  ])('%s behind %d proxies that say %s: %s', async (socket, proxies, forwarded, address) => {
    expect(await addressOf(socket, proxies, forwarded)).toBe(address);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
    ['', ''],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
