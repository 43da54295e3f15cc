import { createHash, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { Agent, request } from 'node:http';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../server.ts';
import { createCounters } from '../operations/counters.ts';
import { createLog } from '../operations/log.ts';
import { WEBHOOK_PATH, webhooks } from '../routes/webhooks.ts';
import { Refusal } from '../security-events/refusal.ts';
import { FIREFOX, JTI, NOW, SUB } from '../security-events/testing/tokens.ts';
import { rateLimits } from './rate-limit.ts';
import { send } from './testing.ts';

const few = 3;

/** A webhook that accepts the tokens that `isValid` resolves true for. */
function webhook(isValid: (token: string) => boolean | Promise<boolean>) {
  return webhooks({
    verify: async (token) => {
      if (!(await isValid(token))) throw new Refusal('signature');
      return { client: FIREFOX, subject: SUB, jti: JTI, issuedAt: NOW, events: [], unknownEvents: 1 };
    },
    deliver: () => Promise.resolve(),
    limit: rateLimits(0, { refusedSets: few }).webhooks,
    counters: createCounters(),
    log: createLog({ format: 'mozlog', level: 'error' }),
    now: () => NOW,
    secret: Buffer.alloc(32),
  });
}

describe('a network that sends invalid tokens', () => {
  function slowWebhook() {
    const waiting: (() => void)[] = [];
    let reading = 0;
    let most = 0;
    const handler = webhook(async (token) => {
      reading += 1;
      most = Math.max(most, reading);
      await new Promise<void>((resolve) => waiting.push(resolve));
      reading -= 1;
      return token === 'good';
    });
    const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
    const readAll = async () => {
      do {
        waiting.splice(0).forEach((go) => go());
        await nextTurn();
      } while (waiting.length > 0);
    };
    const ask = (token: string, address: string) =>
      send(handler, { address, headers: { authorization: `Bearer ${token}` } });
    /** Sends as many refused tokens as put a network on the slow queue. */
    const spoil = async (address: string) => {
      const asked = Array.from({ length: few }, () => ask('bad', address));
      await nextTurn();
      await readAll();
      await Promise.all(asked);
    };
    return { ask, readAll, nextTurn, spoil, most: () => most, waiting };
  }

  it('still gets a valid token through among the invalid ones', async () => {
    const { ask, readAll, nextTurn, spoil } = slowWebhook();
    await spoil('192.0.2.1');
    const flood = Array.from({ length: 100 }, () => ask('bad', '192.0.2.1'));
    const among = ask('good', '192.0.2.1');
    await nextTurn();
    await readAll();
    expect((await among).status).toBe(200);
    expect((await Promise.all(flood)).every(({ status }) => status === 401)).toBe(true);
  });

  it('is verified a few at a time, rejected past the queue, and delays no other network', async () => {
    const { ask, readAll, nextTurn, spoil, most, waiting } = slowWebhook();
    await spoil('192.0.2.1');
    const flood = Array.from({ length: 300 }, () => ask('bad', '192.0.2.1'));
    await nextTurn();
    await nextTurn();
    expect(waiting.length).toBe(8);
    const other = ask('good', '198.51.100.7');
    await nextTurn();
    expect(waiting.length).toBe(9);
    await readAll();
    expect((await other).status).toBe(200);
    const answers = await Promise.all(flood);
    const rejected = answers.filter(({ status }) => status === 429);
    expect(rejected.length).toBe(300 - 256 - 8);
    expect(rejected[0]?.headers.get('retry-after')).toBe('1');
    expect(most()).toBe(9);
  });
});

describe('a flood over the network', () => {
  const running: RunningServer[] = [];
  const agents: Agent[] = [];
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  it('does not starve valid tokens from the same address', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const handler = webhook((token) => {
      const [text = '', signature = ''] = token.split('.');
      return createVerify('RSA-SHA256').update(text).verify(publicKey, signature, 'base64url');
    });
    const server = await startServer({ app: new Hono(), webhooks: handler, host: '127.0.0.1', port: 0 });
    running.push(server);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    agents.push(agent);
    const send = (token: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, 'content-length': '0' };
        const asked = request(server.origin + WEBHOOK_PATH, { method: 'POST', agent, headers }, (answer) => {
          answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
        });
        asked.once('error', reject).end();
      });
    const sign = (text: string) =>
      `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
    const forged = `text.${createHash('sha512').update('x').digest('base64url').repeat(4).slice(0, 342)}`;

    let flooding = true;
    const seen = new Map<number, number>();
    const flood = Array.from({ length: 16 }, async () => {
      while (flooding) {
        const status = await send(forged);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }
    });
    /**
     * How many of the flood were answered while a valid token waited: its place in the queue, independent of machine
     * speed.
     */
    const overtaken: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const token = sign(`token-${n}`);
      const before = seen.get(401) ?? 0;
      expect(await send(token)).toBe(200);
      overtaken.push((seen.get(401) ?? 0) - before);
    }
    flooding = false;
    await Promise.all(flood);
    expect(seen.get(401)).toBeGreaterThan(200);
    overtaken.sort((a, b) => a - b);
    // About as many as are in progress at any time; a queue behind the flood would keep growing.
    expect(overtaken[Math.floor(overtaken.length * 0.9)]).toBeLessThan(100);
  });
});
