// `show UID`: everything that is kept about a person, by space.
import { spacesOf } from '../db/same-settings.ts';
import { person } from '../db/person.ts';
import { accountKeys, everyKey } from '../clients.ts';
import { type CommandContext, NOT_KNOWN, type Typed, withDatabase } from './command.ts';

/** Prints JSON, with instants in ISO 8601; false when nothing is kept. */
export async function show(context: CommandContext, { uid }: Typed): Promise<boolean> {
  const { settings, say, fail, now } = context;
  const spaces = await withDatabase(context, async (database) => {
    const found: Record<string, Awaited<ReturnType<typeof person>>> = {};
    for (const space of await spacesOf(database, settings.clients))
      found[space] = await person(database, everyKey(accountKeys(settings, { space }, uid)), now());
    return found;
  });
  say(JSON.stringify({ uid, spaces }, undefined, 2));
  // A tombstone is kept about a person, too.
  if (Object.values(spaces).some(({ account, deletedAt }) => account !== null || deletedAt !== undefined))
    return true;
  fail(NOT_KNOWN);
  return false;
}
