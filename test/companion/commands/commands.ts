// Runs the operator's commands in this process, at noon: Mozilla accounts is the mock server under its real name.
import { accountKey } from '../../../src/companion/clients.ts';
import { runCommand } from '../../../src/companion/commands/run.ts';
import { readSettings, type Variables } from '../../../src/companion/config.ts';
import type { Database } from '../../../src/companion/db/database.ts';
import type { RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { CLIENT as NOTES, NOON, OTHER_CLIENT as TASKS } from '../db/accounts.ts';
import { startInProcess } from '../harness.ts';

export const ADA = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
export const GRACE = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
export const SECRET = Buffer.alloc(32, 9);
export const CLIENTS = [
  { clientId: NOTES, name: 'notes', scope: 'profile:uid' },
  { clientId: TASKS, name: 'tasks', scope: 'profile:uid' },
];
export const ENVIRONMENT: Variables = {
  FXA_ISSUER: 'production',
  COMPANION_CLIENTS: JSON.stringify(CLIENTS),
  COMPANION_SECRET: SECRET.toString('hex'),
  DATABASE_URL: 'postgres://companion:secret@db.example/companion',
  HOST: '127.0.0.1',
  PORT: '8000',
};
export const keyOf = (uid: string, space: string) => accountKey(SECRET, { space }, uid);

type Origin = Pick<RunningMockServer, 'origin'>;

interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Mozilla accounts is the mock server under its real name, at noon; `companion` answers at 127.0.0.1:8000. */
export function asked(mock: Origin, companion = '', clock = NOON): typeof fetch {
  return async (input, init) => {
    const url = new URL(input as string);
    if (url.host === '127.0.0.1:8000') return fetch(companion + url.pathname, init);
    if (!url.hostname.endsWith('.firefox.com')) return fetch(url, init);
    const answer = await fetch(mock.origin + url.pathname, init);
    const body = (await answer.text()).replaceAll(mock.origin, 'https://accounts.firefox.com');
    // Date is truncated, which the companion counts as half a second.
    return new Response(body, {
      status: answer.status,
      headers: { date: new Date(clock - 1000).toUTCString() },
    });
  };
}

/** The same database, whose clock shows noon. */
function atNoon(database: Database): Database {
  return {
    ...database,
    transaction: (work, patience) =>
      database.transaction(
        (transaction) =>
          work({
            query: async (text, ...more) =>
              text.includes('clock_timestamp()')
                ? ([{ clock: NOON }] as never)
                : transaction.query(text, ...more),
          }),
        patience,
      ),
  };
}

export async function run(
  args: readonly string[],
  {
    database,
    variables = ENVIRONMENT,
    fetch: ask = fetch,
    input = '',
  }: { database?: Database; variables?: Variables; fetch?: typeof fetch; input?: string },
): Promise<Ran> {
  const lines: string[] = [];
  const code = await runCommand(args, {
    readSettings: () => readSettings(variables),
    variables,
    fetch: ask,
    say: (line) => lines.push(line),
    input: () => Promise.resolve(input),
    fail: (why) => lines.push(why),
    now: () => NOON,
    ...(database && { database: atNoon(database) }),
  });
  return { code, output: lines.join('\n') };
}

/** Starts the companion of these settings on a database. */
export function companionOn(mock: Origin, database: Database) {
  const { clients, secret } = readSettings(ENVIRONMENT);
  return startInProcess(mock, { database }, { clients, secret });
}
