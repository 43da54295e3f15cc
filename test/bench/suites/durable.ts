// Webhooks that are on the disk before they are acknowledged, on all cores.
import { type Bench } from '../bench.ts';
import { measure } from '../measure.ts';
import { absolutes, compare, type Chapter } from '../report.ts';
import { inRounds } from '../rounds.ts';
import type { Server } from '../server.ts';
import { writeSets } from '../tokens.ts';

const CONNECTIONS = 64;

export async function durable(bench: Bench): Promise<Chapter> {
  const accounts = bench.tokens;
  const tokens = await bench.tokenFile('durable-sets', writeSets, { count: bench.tokens, people: accounts });
  const url = await bench.database('companion');
  const tutorial = await bench.tutorial({ url: await bench.database('tutorial'), accounts });
  const companion = await bench.companion({ store: { url }, accounts });
  const embedded = await bench.companion({ store: { dir: bench.path('embedded') }, accounts });
  await assertDurable(tutorial, companion);

  const load = { method: 'POST', path: '/webhooks/fxa', tokens, connections: CONNECTIONS } as const;
  const run = (server: Server) => (seconds: number) => measure({ ...load, server, seconds, isDurable: true });
  const results = await inRounds(bench, [
    { name: 'tutorial, PostgreSQL', run: run(tutorial) },
    { name: 'companion, PostgreSQL', run: run(companion) },
    { name: 'companion, embedded', run: run(embedded) },
  ]);
  const under = 'tutorial, PostgreSQL';
  const onServer = { over: 'companion, PostgreSQL', under } as const;
  const onEmbedded = { over: 'companion, embedded', under } as const;
  return {
    title: `Webhooks written down, each a row of its own; all cores, ${CONNECTIONS} connections`,
    findings: [
      compare(results, 'companion / tutorial, PostgreSQL', { ...onServer, goal: { atLeast: 9 } }),
      compare(results, '… its 99th percentile', { ...onServer, figure: 'p99', goal: { atMost: 0.2 } }),
      compare(results, 'companion, embedded / tutorial, PostgreSQL', { ...onEmbedded, goal: { atLeast: 5 } }),
      compare(results, '… its 99th percentile', { ...onEmbedded, figure: 'p99' }),
    ],
    absolute: absolutes(results),
  };
}

/** What is acknowledged must be on the disk for both, or there is nothing to compare. */
async function assertDurable(...servers: Server[]): Promise<void> {
  for (const server of servers) {
    if ((await server.durability()) !== 'on')
      throw new Error('The run is invalid: synchronous_commit is not on.');
  }
}
