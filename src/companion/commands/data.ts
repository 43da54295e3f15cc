// The commands that read or change what is stored: `show`, `erase`, `retry` and `end-rotation`.
import { accountKeys, everyKey } from '../clients.ts';
import type { Database } from '../db/database.ts';
import { erasePerson, person } from '../db/person.ts';
import { retrySetAside } from '../db/revocations.ts';
import { eraseRemaining } from '../db/rotation.ts';
import { spacesOf } from '../db/same-settings.ts';
import { plural } from '../status/words.ts';
import { type CommandContext, type Typed, withDatabase } from './command.ts';

/** Before `show` and `erase` exit with 1. */
const NOT_KNOWN = 'No account of this user id is known here.';

/** `show UID`: prints everything that is kept about a person as JSON, by space; false when nothing is. */
export async function show(context: CommandContext, { uid }: Typed): Promise<boolean> {
  const spaces = await inEverySpace(context, uid, person);
  context.say(JSON.stringify({ uid, spaces }, undefined, 2));
  // A tombstone is kept about a person, too.
  if (Object.values(spaces).some(({ account, deletedAt }) => account !== null || deletedAt !== undefined))
    return true;
  context.fail(NOT_KNOWN);
  return false;
}

/**
 * `erase UID`: erases what is kept about a person. Prints as JSON how many sessions ended in each space in which the
 * person was known; false when in none.
 */
export async function erase(context: CommandContext, { uid }: Typed): Promise<boolean> {
  const spaces = Object.entries(await inEverySpace(context, uid, erasePerson));
  const known = spaces.filter(([, sessions]) => sessions !== undefined);
  const erased = Object.fromEntries(known.map(([space, sessions]) => [space, { sessions }]));
  context.say(JSON.stringify({ uid, erased }, undefined, 2));
  if (known.length > 0) return true;
  context.fail(NOT_KNOWN);
  return false;
}

/** What `work` finds by a person's keys in each space. */
async function inEverySpace<T>(
  context: CommandContext,
  uid: string,
  work: (database: Database, keys: readonly Buffer[], at: number) => Promise<T>,
): Promise<Record<string, T>> {
  const { settings, now } = context;
  return withDatabase(context, async (database) => {
    const found: Record<string, T> = {};
    for (const space of await spacesOf(database, settings.clients))
      found[space] = await work(database, everyKey(accountKeys(settings, { space }, uid)), now());
    return found;
  });
}

/**
 * `retry`: tries grants again that were set aside, and prints how many, by client and reason. A running companion takes
 * them up at once.
 */
export async function retry(context: CommandContext, { client }: Typed): Promise<boolean> {
  const { settings, say } = context;
  const found = await withDatabase(context, (database) => retrySetAside(database, client));
  if (found.length === 0) say('No grant is set aside.');
  for (const { clientId, why, count } of found) {
    const name = settings.clients.find((one) => one.clientId === clientId)?.name ?? clientId;
    say(`${plural(count, 'grant')} of ${name}, set aside as ${why}: tried again`);
  }
  return true;
}

/**
 * `end-rotation`: gives up the accounts that are still known by the former secret, as when it has leaked. Needs both
 * secrets; afterwards the companion starts with the new one alone.
 */
export async function endRotation(context: CommandContext): Promise<boolean> {
  const { settings, say } = context;
  const erased = settings.formerSecret && (await withDatabase(context, eraseRemaining));
  if (erased === undefined) {
    say('No rotation is under way: start the companions with COMPANION_SECRETS=new,old first.');
    return false;
  }
  say(`${plural(erased, 'account')} erased. Set COMPANION_SECRETS to the new secret alone.`);
  return true;
}
