/** `npm run fxa`: starts only the mock server, and prints its address and accounts. */
import { parseArgs } from 'node:util';
import { ERAS, type AnyEra } from './era.ts';
import { startMockServer } from './listen.ts';
import { accountLines, EXTENSION_CLIENTS, SEED_PASSWORD, seedClients, RETURN_PAGE } from './seed.ts';

/** The webhook of `npm run companion`; events wait while it is not running. */
const COMPANION_WEBHOOK = `${new URL(RETURN_PAGE).origin}/webhooks/fxa`;

interface Arguments {
  readonly era: AnyEra;
  readonly port: number;
  readonly webhook: string;
  readonly sharedGrants: boolean;
}

/** Prints one sentence and ends with 1. */
function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        era: { type: 'string', default: 'today' },
        port: { type: 'string', default: '9720' },
        webhook: { type: 'string', default: COMPANION_WEBHOOK },
        'shared-grants': { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    const era = ERAS.find((one) => one === values.era) ?? fail(`--era is one of ${ERAS.join(', ')}.`);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) fail('--port is a number from 0 to 65535.');
    const { webhook, 'shared-grants': sharedGrants } = values;
    if (sharedGrants && era !== 'next') fail('--shared-grants is for --era next.');
    if (!/^https?:/.test(URL.canParse(webhook) ? webhook : '')) fail('--webhook is an http(s) address.');
    return { era, port, webhook, sharedGrants };
  } catch {
    return fail(
      `Usage: npm run fxa -- [--era ${ERAS.join('|')}] [--port N] [--webhook URL] [--shared-grants]`,
    );
  }
}

const { era, port, webhook, sharedGrants } = readArguments();
try {
  const webhooks = Object.fromEntries(seedClients().map(({ id }) => [id, webhook]));
  const { origin, store, stop } = await startMockServer({ era, port, webhooks, sharedGrants });
  const clients = [...store.clients.values()].map(
    ({ id, name, redirectUris }) =>
      `  ${id}  ${name}\n${redirectUris.map((uri) => `      ${uri}\n`).join('')}`,
  );
  console.log(`Mock server for Mozilla accounts: ${origin} (era: ${era})

Accounts, all with the password "${SEED_PASSWORD}":
${accountLines(store, '  ')}

Clients:
${clients.join('')}
${
  era === '2019'
    ? `Build for it with: FXA_ISSUER=${origin} FXA_CLIENT_ID_FIREFOX=${EXTENSION_CLIENTS.firefox} FXA_CLIENT_ID_CHROMIUM=${EXTENSION_CLIENTS.chromium} npm run build -- --env custom\n`
    : ''
}Events go to:       ${webhook}
Faults panel:       ${origin}/__standin/
Connected services: ${origin}/settings#connected-services
Discovery:          ${origin}/.well-known/openid-configuration
Ctrl-C ends it.`);
  const end = () => void stop().then(() => process.exit(0));
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
} catch (error) {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (!inUse) throw error;
  fail(`Port ${port} is in use: end what runs there, or choose another with --port.`);
}
