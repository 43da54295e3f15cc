// Polls without news, on one core: from memory, from the database, and as one would write it with Express and pg.
import { writeFileSync } from 'node:fs';
import { LOAD_CORE, SERVER_CORE, type Bench } from '../bench.ts';
import { measure } from '../measure.ts';
import { absolutes, compare, type Chapter } from '../report.ts';
import { inRounds } from '../rounds.ts';
import type { Server } from '../server.ts';
import { sessionTokens } from '../servers/uids.mjs';

const CONNECTIONS = 32;
const SESSIONS = 2000;
const PATH = '/v1/session';

export async function polls(bench: Bench): Promise<Chapter> {
  const tutorial = await bench.tutorial(
    { url: await bench.database('poll_tutorial'), sessions: SESSIONS },
    SERVER_CORE,
  );
  const url = await bench.database('poll_companion');
  const companion = await bench.companion(
    { store: { url }, accounts: SESSIONS, sessions: SESSIONS },
    SERVER_CORE,
  );

  const load = { method: 'GET', path: PATH, connections: CONNECTIONS, core: LOAD_CORE } as const;
  const run = (server: Server, tokens: string) => (seconds: number) =>
    measure({ ...load, server, tokens, seconds });
  const untagged = bench.path('untagged');
  writeFileSync(untagged, `${sessionTokens(SESSIONS).join('\n')}\n`);
  const results = await inRounds(bench, [
    { name: 'tutorial', run: run(tutorial, await tagged(bench, tutorial, 'tutorial-polls')) },
    { name: 'companion, from memory', run: run(companion, await tagged(bench, companion, 'polls')) },
    { name: 'companion, from the database', run: run(companion, untagged) },
  ]);
  const under = 'tutorial';
  return {
    title: `Polls without news; one core, ${CONNECTIONS} connections, ${SESSIONS} sessions`,
    findings: [
      compare(results, 'from memory / tutorial', { over: 'companion, from memory', under }),
      compare(results, 'from the database / tutorial', { over: 'companion, from the database', under }),
    ],
    absolute: absolutes(results),
  };
}

/** Polls once with each token, and writes them down with the tags of the answers. */
async function tagged(bench: Bench, { origin }: Server, name: string): Promise<string> {
  const lines: string[] = [];
  for (const token of sessionTokens(SESSIONS)) {
    const answer = await fetch(origin + PATH, { headers: { authorization: `Bearer ${token}` } });
    await answer.text();
    const tag = answer.headers.get('etag');
    if (!answer.ok || tag === null) throw new Error(`A poll was answered with ${answer.status}.`);
    lines.push(`${token}\t${tag}`);
  }
  writeFileSync(bench.path(name), `${lines.join('\n')}\n`);
  return bench.path(name);
}
