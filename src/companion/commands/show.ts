// `show UID`: everything that is kept about a person, by space.
import { spacesOf } from '../db/same-settings.ts';
import { person } from '../db/person.ts';
import { accountKeys, everyKey } from '../clients.ts';
import { type CommandContext, type Typed, withDatabase } from './command.ts';

/** Prints JSON; instants in ISO 8601. */
export async function show(context: CommandContext, { uid }: Typed): Promise<boolean> {
  const { settings, say, now } = context;
  const spaces = await withDatabase(context, async (database) => {
    const found: Record<string, unknown> = {};
    for (const space of await spacesOf(database, settings.clients))
      found[space] = await person(database, everyKey(accountKeys(settings, { space }, uid)), now());
    return found;
  });
  say(JSON.stringify({ uid, spaces }, undefined, 2));
  return true;
}
