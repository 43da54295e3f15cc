// The operator's commands `check` and `send-test-event`, and what can't be understood.
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Variables } from '../../../src/companion/config.ts';
import { checkSecret, claimSpaces } from '../../../src/companion/db/same-settings.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { CLIENT as NOTES, HOUR, NOON } from '../db/accounts.ts';
import { onEachDatabase } from '../db/on-each-database.ts';
import { startInProcess } from '../harness.ts';
import { ADA, asked, CLIENTS, ENVIRONMENT, GRACE, run, SECRET } from './commands.ts';

/** What ops/compose.yaml needs in .env, all of which the companion's container gets. */
const COMPOSE = Object.fromEntries(
  [...readFileSync('ops/compose.yaml', 'utf8').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => [name, 'x']),
);

let mock: RunningMockServer;
beforeAll(async () => {
  mock = await startMockServer({ era: 'today' });
});
afterAll(() => mock.stop());

onEachDatabase((harness, name) => {
  it('name whatever a check finds wrong, record nothing, and exit with 1', async () => {
    await checkSecret(harness.database, { secret: SECRET });
    await claimSpaces(harness.database, [{ clientId: NOTES, name: 'notes', space: 'notes' }]);
    const wrong = async (variables: Variables, ask?: typeof fetch) => {
      const { code, output } = await run(['check'], {
        database: harness.database,
        variables: { ...ENVIRONMENT, ...variables },
        fetch: ask ?? asked(mock),
      });
      return [code, output.split('\n').filter((line) => line.startsWith('FAIL'))];
    };
    expect(await wrong({})).toEqual([0, []]);
    expect(await wrong({ COMPANION_TRUSTED_PROXY: '1' })).toEqual([
      1,
      [expect.stringContaining('COMPANION_TRUSTED_PROXY is not')],
    ]);
    expect(await wrong(COMPOSE)).toEqual([0, []]);
    expect(await wrong({ COMPANION_SECRET: 'ab'.repeat(32) })).toEqual([
      1,
      [expect.stringMatching(/^FAIL secret .*COMPANION_SECRET is not/)],
    ]);
    const renamed = JSON.stringify([{ ...CLIENTS[0], name: 'pages' }]);
    expect(await wrong({ COMPANION_CLIENTS: renamed })).toEqual([
      1,
      [expect.stringMatching(/^FAIL client spaces/)],
    ]);
    expect(await wrong({ PORT: '', HOST: '' })).toEqual([
      1,
      [expect.stringContaining('HOST is missing'), expect.stringContaining('PORT is missing')],
    ]);
    expect(await wrong({ HTTPS_PROXY: 'proxy.example' })).toEqual([
      1,
      [expect.stringMatching(/^FAIL proxy outwards .*HTTPS_PROXY/)],
    ]);
    expect(await wrong({}, asked(mock, '', NOON + HOUR))).toEqual([
      1,
      [expect.stringMatching(/^FAIL clock .*3,600 s ahead.*from the future/)],
    ]);
    const noKeys: typeof fetch = (input, init) =>
      (input as string).includes('jwks')
        ? Promise.resolve(new Response('{}', { status: 500 }))
        : asked(mock)(input, init);
    expect(await wrong({}, noKeys)).toEqual([1, [expect.stringMatching(/^FAIL public keys/)]]);
    expect(await wrong({}, () => Promise.reject(new Error('no way')))).toEqual([
      1,
      [expect.stringMatching(/^FAIL Mozilla accounts/)],
    ]);
    expect(await harness.database.query('select space from companion.client_space')).toHaveLength(1);
  });

  if (name === 'PostgreSQL')
    it('name the rights that the role lacks, and a server that does not answer', async () => {
      await harness.database
        .query(`create role guest login password 'guest'; grant usage on schema companion to guest;
        grant select on all tables in schema companion to guest`);
      const guest = Object.assign(new URL(harness.url ?? ''), { username: 'guest', password: 'guest' }).href;
      const { code, output } = await run(['check'], {
        variables: { ...ENVIRONMENT, DATABASE_URL: guest },
        fetch: asked(mock),
      });
      expect(code).toBe(1);
      expect(output).toMatch(
        /^FAIL database rights +missing: ownership of schema companion; .*companion\.account/m,
      );
      const away = { ...ENVIRONMENT, DATABASE_URL: 'postgres://me:hidden@127.0.0.1:1/companion' };
      const found = await run(['check'], { variables: away, fetch: asked(mock) });
      expect(found.output).toMatch(/^FAIL database +DATABASE_URL: .*ECONNREFUSED/m);
      expect(found.output).not.toContain('hidden');
    });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a test event', () => {
  const sentTo = async (listener: RequestListener) => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/fxa`;
    const { code, output } = await run(['send-test-event', '--to', to], {});
    await new Promise((resolve) => server.close(resolve));
    expect(code).toBe(1);
    return output;
  };

  it('tells what a proxy in front does wrong', async () => {
    const companion = await startInProcess(mock, {});
    // A proxy that does not pass on the header.
    const stripped = await sentTo((_request, response) => {
      void fetch(`${companion.origin}/webhooks/fxa`, { method: 'POST' }).then(({ status, headers }) =>
        response.writeHead(status, { 'www-authenticate': headers.get('www-authenticate') ?? '' }).end(),
      );
    });
    await companion.stop();
    expect(stripped).toContain('removes the Authorization header');
    const answers = (status: number, headers = {}) =>
      sentTo((_request, response) => response.writeHead(status, headers).end());
    expect(await answers(301, { location: 'https://example.com' })).toContain('a redirect');
    expect(await answers(401, { 'www-authenticate': 'Basic realm="proxy"' })).toContain(
      'not from the companion',
    );
    expect(await answers(404)).toContain('no webhook');
    expect(await answers(200)).toContain('takes any event');
    expect(await answers(502)).toContain('has a problem');
    const gone = await closedPort();
    expect(
      (await run(['send-test-event', '--to', `http://127.0.0.1:${gone}/webhooks/fxa`], {})).output,
    ).toContain('ECONNREFUSED');
  });
});

it('are all named when asked for help', async () => {
  for (const asked of ['--help', '-h', 'help'])
    expect(await run([asked], {})).toEqual({
      code: 0,
      output: expect.stringMatching(/^ {2}erase UID/m) as string,
    });
});

it('a command that cannot be understood changes nothing and says what there is', async () => {
  for (const args of [
    ['shwo', ADA],
    ['show'],
    ['--production'],
    ['erase', 'ada@example.com'],
    ['erase', ADA, GRACE],
    ['check', 'all'],
    ['retry', '--all'],
    ['send-test-event', '--to', 'here'],
  ]) {
    const { code, output } = await run(args, {});
    expect([code, output]).toEqual([2, expect.stringContaining('Commands of the companion')]);
    expect(output).not.toContain('ada@example.com');
  }
});
