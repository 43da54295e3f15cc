// `npm run companion`: the companion for development, against the mock server that runs, or else one of its own. With
// `-- --production` everything comes from the environment instead, as for the built entry. `-- show UID` runs a command.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { programParts, runCommand } from '../../src/companion/commands/run.ts';
import { readSettings } from '../../src/companion/config.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import { startupError } from '../../src/companion/startup-error.ts';
import { startMockServer } from '../../src/mock-accounts/listen.ts';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { MOCK_SERVER_ORIGIN } from '../build/environment.ts';
import {
  COMPANION_PORT,
  localSettings,
  OPERATOR_PASSWORD,
  startLocalCompanion,
  webhooksTo,
} from './local-companion.ts';
import { interrupted, run } from './local.ts';

const DATA = fileURLToPath(new URL('../../.companion', import.meta.url));
const ENV_FILE = fileURLToPath(new URL('../../.env', import.meta.url));

const USAGE = `Usage: npm run companion -- [options], or a command, such as show UID (docs/commands.md)
  --port N        where it listens, ${COMPANION_PORT} unless told
  --standin URL   the mock server it belongs to; one is started where none runs
  --production    takes everything from the environment, and from .env where there is one`;

interface Arguments {
  readonly production: boolean;
  readonly port: number;
  readonly standin: string;
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      production: { type: 'boolean', default: false },
      port: { type: 'string', default: String(COMPANION_PORT) },
      standin: { type: 'string', default: MOCK_SERVER_ORIGIN },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit();
  }
  if (!URL.canParse(values.standin))
    throw new Error(`--standin is an origin, such as ${MOCK_SERVER_ORIGIN}.`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('--port is a number from 0 to 65535.');
  return { production: values.production, port, standin: values.standin };
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/__standin/faults`)).ok;
  } catch {
    return false;
  }
}

async function development({ port, standin }: Arguments): Promise<void> {
  const there = await answers(standin);
  const own = there
    ? undefined
    : await startMockServer({
        era: 'today',
        port: Number(new URL(standin).port),
        webhooks: webhooksTo(`http://127.0.0.1:${port}`),
      });
  const issuer = own?.origin ?? standin;
  try {
    const companion = await startLocalCompanion({ issuer, port, dataDir: DATA }).catch((error: unknown) => {
      throw new Error(startupError(error, { issuer, host: '127.0.0.1', port, dataDir: DATA }), {
        cause: error,
      });
    });
    console.log(`companion: ${companion.origin}

  database      ${companion.database}
  accounts      ${issuer}${own ? `, started with it (password of all three: "${SEED_PASSWORD}")` : ', which was running'}
  webhooks      ${companion.origin}${WEBHOOK_PATH}
  status page   ${companion.origin}/status (user "operator", password "${OPERATOR_PASSWORD}")

Try it: docs/companion.md has a walk with curl. Ctrl-C ends it.`);
    await interrupted();
    await companion.stop();
  } finally {
    await own?.stop();
  }
}

/** Runs a command: with production's settings where there are any, or else those of development. */
async function command(args: readonly string[]): Promise<void> {
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE);
  const local = { issuer: MOCK_SERVER_ORIGIN, port: COMPANION_PORT, dataDir: DATA };
  const settings = process.env.FXA_ISSUER ? undefined : await localSettings(local);
  process.exitCode = await runCommand(
    args,
    programParts(() => settings ?? readSettings(process.env)),
  );
}

run(async () => {
  const args = process.argv.slice(2);
  if (args[0] !== undefined && !args[0].startsWith('-')) return command(args);
  const given = readArguments();
  if (!given.production) return development(given);
  if (existsSync(ENV_FILE)) process.loadEnvFile(ENV_FILE);
  // The program knows commands alone.
  process.argv.splice(2);
  await import('../../src/companion/main.ts');
});
