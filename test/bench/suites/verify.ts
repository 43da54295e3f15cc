// Webhooks without a database, on one core: what it costs to take one in and to believe it.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LOAD_CORE, SERVER_CORE, type Bench } from '../bench.ts';
import { measure, type Measured } from '../measure.ts';
import { absolutes, compare, type Chapter } from '../report.ts';
import { inRounds } from '../rounds.ts';
import { writeSets } from '../tokens.ts';

const CONNECTIONS = 16;
const TOKENS = 20_000;
const BARE = fileURLToPath(new URL('../servers/bare.mjs', import.meta.url));

function pinned(program: string, ...args: string[]): string {
  return execFileSync('taskset', ['-c', String(SERVER_CORE), program, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Verifications a second on one core, with no server around them. */
function bareRates(): { readonly openssl: number; readonly node: number } {
  const said = pinned('openssl', 'speed', '-seconds', '1', '-mr', 'rsa2048');
  const openssl = Number(/^\+F2:.*:([\d.]+)$/m.exec(said)?.[1]);
  return { openssl, node: Number(pinned(process.execPath, BARE, '1')) };
}

export async function verifyOnly(bench: Bench): Promise<Chapter> {
  const count = Math.min(TOKENS, bench.tokens);
  const tokens = await bench.tokenFile('sets', writeSets, { count, people: count });
  const companion = await bench.companion({ store: 'none' }, SERVER_CORE);
  const tutorial = await bench.tutorial({}, SERVER_CORE);
  const load = {
    method: 'POST',
    path: '/webhooks/fxa',
    tokens,
    connections: CONNECTIONS,
    core: LOAD_CORE,
  } as const;
  const run = (server: typeof companion) => (seconds: number) => measure({ ...load, server, seconds });

  const bare: ReturnType<typeof bareRates>[] = [];
  const results = await inRounds(bench, [
    { name: 'tutorial', run: run(tutorial) },
    { name: 'companion', run: run(companion) },
    {
      name: 'signatures alone',
      run: () => {
        const rates = bareRates();
        bare.push(rates);
        return Promise.resolve(alone(rates.node));
      },
    },
  ]);
  const limit = { ...results, openssl: bare.slice(-bench.rounds).map(({ openssl }) => alone(openssl)) };
  return {
    title: `Webhooks verified, nothing written; one core, ${CONNECTIONS} connections`,
    findings: [
      compare(results, 'companion / tutorial', {
        over: 'companion',
        under: 'tutorial',
        goal: { atLeast: 7 },
      }),
      compare(limit, 'companion / crypto.verify alone', { over: 'companion', under: 'signatures alone' }),
      compare(limit, 'companion / openssl speed (the physical limit)', {
        over: 'companion',
        under: 'openssl',
      }),
    ],
    absolute: absolutes(limit),
  };
}

function alone(rate: number): Measured {
  const milliseconds = 1000 / rate;
  return { requests: rate, rate, p50: milliseconds, p99: milliseconds, cpu: 1e6 / rate };
}
