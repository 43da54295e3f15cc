// Access tokens at a resource, on one core: remembered, asked about, and verified anew as the tutorial does it.
import { LOAD_CORE, SERVER_CORE, type Bench } from '../bench.ts';
import { measure } from '../measure.ts';
import { absolutes, compare, type Chapter } from '../report.ts';
import { inRounds } from '../rounds.ts';
import type { Server } from '../server.ts';
import { writeAccessTokens, writeOpaqueTokens } from '../tokens.ts';

const CONNECTIONS = 32;
/** Fewer than the companion remembers. */
const LIVE = 2000;
/** More than it remembers, so that none of them is known when it comes again. */
const STRANGE = 40_000;

export async function bearer(bench: Bench): Promise<Chapter> {
  const live = await bench.tokenFile('access-tokens', writeAccessTokens, { count: LIVE, people: LIVE });
  const strange = bench.path('opaque-tokens');
  await writeOpaqueTokens(strange, STRANGE);
  const tutorial = await bench.tutorial({}, SERVER_CORE);
  const check = await bench.resource({}, SERVER_CORE);
  const warm = await bench.companion({ store: 'none' }, SERVER_CORE);
  const cold = await bench.companion({ store: 'none' }, SERVER_CORE);

  const load = { method: 'GET', path: '/v1/me', connections: CONNECTIONS, core: LOAD_CORE } as const;
  const run = (server: Server, tokens: string) => (seconds: number) =>
    measure({ ...load, server, tokens, seconds });
  const results = await inRounds(bench, [
    { name: 'tutorial', run: run(tutorial, live) },
    { name: 'check, remembered', run: run(check, live) },
    { name: 'companion, remembered', run: run(warm, live) },
    { name: 'companion, asked', run: run(cold, strange) },
  ]);
  const under = 'tutorial';
  return {
    title: `Access tokens checked; one core, ${CONNECTIONS} connections`,
    findings: [
      compare(results, 'the check alone, remembered / tutorial', {
        over: 'check, remembered',
        under,
        goal: { atLeast: 15 },
      }),
      compare(results, 'the whole companion, remembered / tutorial', {
        over: 'companion, remembered',
        under,
      }),
      compare(results, 'the whole companion, asked at Mozilla accounts / tutorial', {
        over: 'companion, asked',
        under,
      }),
    ],
    absolute: absolutes(results),
  };
}
