// What a webhook costs when a thousand accounts are known, and when a million with half as many sessions more are, while
// the chores of the day are done.
import { type Bench } from '../bench.ts';
import { measure } from '../measure.ts';
import { absolutes, compare, type Chapter } from '../report.ts';
import { inRounds } from '../rounds.ts';
import { writeSets } from '../tokens.ts';

const CONNECTIONS = 64;
const FEW = 1000;
const MANY = 1_000_000;

export async function growth(bench: Bench): Promise<Chapter> {
  // Of the million all are spoken of that there are tokens for, so that not the same few are always at hand.
  const sizes = { few: { accounts: FEW, known: FEW }, many: { accounts: bench.tokens, known: MANY } };
  const variant = async (name: keyof typeof sizes) => {
    const { accounts, known } = sizes[name];
    const url = await bench.database(name);
    const count = bench.tokens;
    const tokens = await bench.tokenFile(`${name}-sets`, writeSets, { count, people: accounts });
    const server = await bench.companion({ store: { url }, accounts, known, sessions: 'many' });
    const load = { method: 'POST', path: '/webhooks/fxa', tokens, connections: CONNECTIONS } as const;
    const run = async (seconds: number) => {
      await server.chores();
      return measure({ ...load, server, seconds, isDurable: true });
    };
    return { name: `${known} accounts`, run };
  };
  const [few, many] = [await variant('few'), await variant('many')];
  const results = await inRounds(bench, [few, many]);
  return {
    title: `Growth: webhooks written down, PostgreSQL; all cores, ${CONNECTIONS} connections`,
    findings: [
      compare(results, 'time for one with a million accounts / with a thousand', {
        over: few.name,
        under: many.name,
        goal: { atMost: 1.2 },
      }),
    ],
    absolute: absolutes(results),
  };
}
