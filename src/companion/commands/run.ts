// The operator's commands: `node main.js show UID`, or `npm run companion -- show UID`. See docs/commands.md.
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { isUid } from '../../fxa/environments.ts';
import type { CompanionSettings } from '../config.ts';
import { proxiedFetch } from '../proxied-fetch.ts';
import { startupError } from '../startup-error.ts';
import { check } from './check.ts';
import type { CommandContext, CommandParts, Typed } from './command.ts';
import { endRotation, erase, retry, show } from './data.ts';
import { sendTestEvent } from './send-test-event.ts';
import { status } from './status.ts';

/** Resolves with false when something is wrong. */
type Command = (context: CommandContext, typed: Typed) => Promise<boolean>;

const COMMANDS: Readonly<Record<string, Command>> = {
  show,
  erase,
  retry,
  'send-test-event': sendTestEvent,
  'end-rotation': endRotation,
  status,
};

const USAGE = `Commands of the companion; each takes its settings from the environment:
  show UID                     what is kept about a person, as JSON
  erase UID                    erases it, ends the sessions, and keeps a tombstone
  retry [--client ID]          tries grants again that were set aside
  send-test-event [--to URL]   sends the webhook an event that it must refuse
  end-rotation                 gives up accounts that are known by the former secret alone
  check                        checks settings, database, keys, clocks and proxies
  status                       the facts of the status page
Without a command, the companion starts.
UID may be "-": then it is read from standard input, and no list of processes or history shows it.`;

/** A server of the standards has subjects of other forms than FxA's user ids, yet no addresses. */
const isUser = (uid: string) => isUid(uid, 'oauth2') && !uid.includes('@');
const takesUid = (name: string) => name === 'show' || name === 'erase';

/** The parts of a program; the proxy's variables are read when a command first asks Mozilla accounts. */
export function programParts(readSettings: CommandParts['readSettings']): CommandParts {
  return {
    readSettings,
    variables: process.env,
    fetch: (input, init) => proxiedFetch(process.env)(input, init),
    say: (line) => process.stdout.write(`${line}\n`),
    input: () => text(process.stdin),
    fail: (why) => process.stderr.write(`${why}\n`),
    now: Date.now,
  };
}

/** Runs a command. Resolves with the exit code: 0, 1 when something is wrong, 2 when it can't be understood. */
export async function runCommand(args: readonly string[], parts: CommandParts): Promise<number> {
  const { say, fail } = parts;
  const [name = '', ...given] = args;
  if (name === 'help' || name === '--help' || name === '-h') {
    say(USAGE);
    return 0;
  }
  let typed: Typed;
  try {
    typed = await readArguments(name, given, parts.input);
  } catch (error) {
    fail(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  let settings: CompanionSettings | undefined;
  try {
    if (name === 'check') return (await check(parts)) ? 0 : 1;
    settings = parts.readSettings();
    if (takesUid(name) && settings.endpoints && !isUid(typed.uid, settings.endpoints.dialect)) {
      fail('A user id of Mozilla accounts has 32 digits, from 0 to 9 and from a to f in lower case.');
      return 2;
    }
    return (await COMMANDS[name]?.({ ...parts, settings }, typed)) ? 0 : 1;
  } catch (error) {
    fail(settings ? startupError(error, settings) : (error as Error).message);
    return 1;
  }
}

async function readArguments(
  name: string,
  args: readonly string[],
  input: CommandParts['input'],
): Promise<Typed> {
  if (name !== 'check' && !Object.hasOwn(COMMANDS, name))
    throw new Error(`There is no ${name.startsWith('-') ? 'option' : 'command'} "${name}".`);
  const {
    values,
    positionals: [given = '', ...more],
  } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...(name === 'send-test-event' && { to: { type: 'string' } }),
      ...(name === 'retry' && { client: { type: 'string' } }),
    },
  }) as { values: Partial<Record<'to' | 'client', string>>; positionals: string[] };
  const uid = takesUid(name) && given === '-' ? (await input()).trim() : given;
  if (takesUid(name) ? more.length > 0 || !isUser(uid) : uid !== '')
    throw new Error(
      takesUid(name) ? `${name} takes one user id, not an address.` : `${name} takes no such argument.`,
    );
  if (
    values.to !== undefined &&
    !/^https?:$/.test(URL.canParse(values.to) ? new URL(values.to).protocol : '')
  )
    throw new Error('--to takes the URL of a webhook.');
  return { uid, ...values };
}
