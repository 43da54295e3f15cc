// `npm run companion`: the companion for development, against the stand-in that runs, or else one of its own. With
// `-- --production` everything comes from the environment instead, as for the built entry.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WEBHOOK_PATH } from '../src/companion/routes/webhooks.ts';
import { startStandin } from '../src/standin/listen.ts';
import { READY_PASSWORD } from '../src/standin/ready.ts';
import { STANDIN_ORIGIN } from './environment.ts';
import { COMPANION_PORT, OPERATOR_PASSWORD, startLocalCompanion, webhooksTo } from './local-companion.ts';
import { interrupted, run } from './local.ts';

const DATA = fileURLToPath(new URL('../.companion', import.meta.url));

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
      standin: { type: 'string', default: STANDIN_ORIGIN },
    },
  });
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
    : await startStandin({
        era: 'today',
        port: Number(new URL(standin).port),
        webhooks: webhooksTo(`http://127.0.0.1:${port}`),
      });
  const issuer = own?.origin ?? standin;
  try {
    const companion = await startLocalCompanion({ issuer, port, dataDir: DATA });
    console.log(`companion: ${companion.origin}

  database      ${companion.database}, in .companion
  accounts      ${issuer}${own ? `, started with it (password of all three: "${READY_PASSWORD}")` : ', which was running'}
  webhooks      ${companion.origin}${WEBHOOK_PATH}
  status page   ${companion.origin}/status (user "operator", password "${OPERATOR_PASSWORD}")

An event by hand: npm run sign-set -- --event password-change --user ada@example.com
Ctrl-C ends it.`);
    await interrupted();
    await companion.stop();
  } finally {
    await own?.stop();
  }
}

run(async () => {
  const given = readArguments();
  if (given.production) await import('../src/companion/main.ts');
  else await development(given);
});
