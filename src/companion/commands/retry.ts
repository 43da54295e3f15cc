// `retry`: tries grants again that were set aside.
import { retrySetAside } from '../db/revocations.ts';
import { counted } from '../status/words.ts';
import { type CommandContext, type Typed, withDatabase } from './command.ts';

/** Prints how many, by client and reason. A running companion takes them up at once. */
export async function retry(context: CommandContext, { client }: Typed): Promise<boolean> {
  const { settings, say } = context;
  const found = await withDatabase(context, (database) => retrySetAside(database, client));
  if (found.length === 0) say('No grant is set aside.');
  for (const { clientId, why, count } of found) {
    const name = settings.clients.find((one) => one.clientId === clientId)?.name ?? clientId;
    say(`${counted(count, 'grant')} of ${name}, set aside as ${why}: tried again`);
  }
  return true;
}
