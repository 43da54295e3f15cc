// `erase UID`: erases what is kept about a person, in every space.
import { accountKeys, everyKey } from '../clients.ts';
import { erasePerson } from '../db/person.ts';
import { spacesOf } from '../db/same-settings.ts';
import { type CommandContext, NOT_KNOWN, type Typed, withDatabase } from './command.ts';

/** Prints as JSON how many sessions ended in each space in which the person was known; false when in none. */
export async function erase(context: CommandContext, { uid }: Typed): Promise<boolean> {
  const { settings, say, fail, now } = context;
  const erased = await withDatabase(context, async (database) => {
    const found: Record<string, unknown> = {};
    for (const space of await spacesOf(database, settings.clients)) {
      const sessions = await erasePerson(database, everyKey(accountKeys(settings, { space }, uid)), now());
      if (sessions !== undefined) found[space] = { sessions };
    }
    return found;
  });
  say(JSON.stringify({ uid, erased }, undefined, 2));
  if (Object.keys(erased).length > 0) return true;
  fail(NOT_KNOWN);
  return false;
}
