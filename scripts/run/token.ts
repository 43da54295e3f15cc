// `npm run -s token`: signs in at a running mock server, like its pages, and prints only the access token, for curl.
// Options are in USAGE.
import { parseArgs } from 'node:util';
import { EXTENSION_CLIENTS, SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { randomHex, s256 } from '../../src/mock-accounts/store/random.ts';
import { MOCK_SERVER_ORIGIN } from '../build/environment.ts';

const USAGE = `Usage: npm run -s token -- [options]
  --user EMAIL       who signs in (ada@example.com)
  --client CLIENT    firefox, chromium or the id of a public client (firefox)
  --scope SCOPES     what for ('profile:uid profile:email')
  --standin ORIGIN   the mock server (${MOCK_SERVER_ORIGIN})
Without -s npm adds lines of its own to the token.`;

const OPTIONS = {
  user: { type: 'string', default: 'ada@example.com' },
  client: { type: 'string', default: 'firefox' },
  scope: { type: 'string', default: 'profile:uid profile:email' },
  standin: { type: 'string', default: MOCK_SERVER_ORIGIN },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : ''}\n\n${USAGE}`, { cause: error });
  }
}

type Members = Readonly<Record<string, unknown>>;

/** Posts JSON to the mock server; `session` is a session token. */
async function post(standin: string, path: string, body: Members, session?: string): Promise<Members> {
  const noServer = `No mock server answers at ${standin}. Start one with npm run companion, npm start or npm run fxa, or name it with --standin.`;
  if (!URL.canParse(standin)) throw new Error('--standin is an address, such as http://127.0.0.1:9720.');
  const response = await fetch(new URL(path, standin), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(session !== undefined && { authorization: `Bearer ${session}` }),
    },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error(noServer);
  });
  const answer = (await response.json().catch(() => {
    throw new Error(noServer);
  })) as Members;
  if (!response.ok) throw new Error(`The mock server refused, ${response.status}: ${String(answer.message)}`);
  return answer;
}

async function main(): Promise<void> {
  const { user: email, client, scope, standin, help } = readArguments();
  if (help) {
    console.log(USAGE);
    return;
  }
  const clientId = client === 'firefox' || client === 'chromium' ? EXTENSION_CLIENTS[client] : client;
  const verifier = randomHex(32);
  const { sessionToken } = await post(standin, '/v1/account/login', { email, password: SEED_PASSWORD });
  const { code } = await post(
    standin,
    '/v1/oauth/authorization',
    {
      client_id: clientId,
      scope,
      state: randomHex(16),
      access_type: 'online',
      code_challenge: s256(verifier),
      code_challenge_method: 'S256',
    },
    String(sessionToken),
  );
  const granted = await post(standin, '/v1/token', { client_id: clientId, code, code_verifier: verifier });
  console.error(
    `${email} at ${clientId}, for ${String(granted.scope)}, for ${String(granted.expires_in)} seconds:`,
  );
  console.log(String(granted.access_token));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
