// `npm run sign-set -- --event password-change --user ada@example.com`: has a running mock server sign an event and
// send it to a webhook, and says what that answered. Options are in USAGE.
import { parseArgs } from 'node:util';
import { outcomeInWords } from '../../src/mock-accounts/events/outcome.ts';
import { usualPayload } from '../../src/mock-accounts/events/event.ts';
import { EXTENSION_CLIENTS } from '../../src/mock-accounts/seed.ts';
import { MOCK_SERVER_ORIGIN } from '../build/environment.ts';

const USAGE = `Usage: npm run sign-set -- --event NAME [options]
  --event NAME       password-change, profile-change, subscription-state-change, delete-user, metrics-opt-out,
                     metrics-opt-in, or any URI
  --user EMAIL       whom it is about (ada@example.com)
  --client CLIENT    firefox, chromium or a client id (every client this person has signed in to; no account is signed in
                     until npm start or npm run token)
  --to URL           where it goes (the webhook the mock server knows: npm run fxa -- --webhook URL)
  --payload JSON     what the event says (the usual)
  --repeat N         how often, each time as a new token
  --out-of-order     after it, the same event of a minute before
  --wrong-key        signed by a stranger
  --print            print the token instead of sending it
  --standin ORIGIN   the mock server (${MOCK_SERVER_ORIGIN})
Ends with 0 when each was answered as it should be: acknowledged, or 401 with --wrong-key; else with 1.`;

const OPTIONS = {
  event: { type: 'string' },
  user: { type: 'string', default: 'ada@example.com' },
  client: { type: 'string' },
  to: { type: 'string' },
  payload: { type: 'string' },
  repeat: { type: 'string', default: '1' },
  'out-of-order': { type: 'boolean', default: false },
  'wrong-key': { type: 'boolean', default: false },
  print: { type: 'boolean', default: false },
  standin: { type: 'string', default: MOCK_SERVER_ORIGIN },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Undefined: only help is asked for. */
function readArguments() {
  let fault = '--event is missing.';
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const { event } = values;
    if (values.help) return undefined;
    if (event !== undefined) return { ...values, event };
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error);
  }
  throw new Error(`${fault}\n\n${USAGE}`);
}

type Arguments = NonNullable<ReturnType<typeof readArguments>>;
type Payload = Readonly<Record<string, unknown>>;

function readPayload(text: string): Payload {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Payload;
  } catch {
    // Said below.
  }
  throw new Error('--payload is a JSON object, such as \'{"changeTime":1795240445000}\'.');
}

/** The payloads to send, one after the other; undefined stands for the usual one. */
function payloads({
  event,
  payload,
  'out-of-order': outOfOrder,
}: Arguments): readonly (Payload | undefined)[] {
  const given = payload === undefined ? undefined : readPayload(payload);
  if (!outOfOrder) return [given];
  const newer = given ?? usualPayload(event, '', Date.now());
  if (typeof newer.changeTime !== 'number')
    throw new Error(
      '--out-of-order needs an event with an instant: password-change or subscription-state-change.',
    );
  return [newer, { ...newer, changeTime: newer.changeTime - 60_000 }];
}

interface Answered {
  readonly client: string;
  readonly event: string;
  readonly status?: number | 'no answer';
  readonly acked: boolean;
}

interface Answer {
  readonly error?: string;
  readonly sets?: readonly string[];
  readonly deliveries?: readonly Answered[];
}

/** The mock server complains of members; people gave options. */
function inOptions(error: string | undefined): string | undefined {
  return error?.replace(/^The body\.url\b/, '--to').replace(/^The body\./, '--');
}

async function ask(standin: string, body: object): Promise<Answer> {
  if (!URL.canParse(standin)) throw new Error('--standin is an address, such as http://127.0.0.1:9720.');
  const noServer = `No mock server answers at ${standin}. Start one with npm start or npm run fxa (npm run companion does, too), or name it with --standin.`;
  const response = await fetch(new URL('/__standin/events', standin), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new Error(noServer);
  });
  const answer = (await response.json().catch(() => {
    throw new Error(noServer);
  })) as Answer;
  if (!response.ok) throw new Error(inOptions(answer.error) ?? noServer);
  return answer;
}

async function main(): Promise<void> {
  const given = readArguments();
  if (given === undefined) {
    console.log(USAGE);
    return;
  }
  const { event, user: email, client, to: url, print, standin } = given;
  const wrongKey = given['wrong-key'];
  const common = {
    event,
    email,
    client: client === 'firefox' || client === 'chromium' ? EXTENSION_CLIENTS[client] : client,
    url,
    wrongKey,
    repeat: Number(given.repeat),
    print,
  };
  for (const payload of payloads(given)) {
    const { sets = [], deliveries = [] } = await ask(standin, { ...common, payload });
    for (const set of sets) console.log(set);
    for (const { event, client, status, acked } of deliveries) {
      console.log(`${event} to ${client}: ${outcomeInWords(status, wrongKey)}`);
      if (wrongKey ? status !== 401 : !acked) process.exitCode = 1;
    }
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
