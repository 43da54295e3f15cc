// `end-rotation`: gives up the accounts that are still known by the former secret, as when it has leaked.
import { eraseRemaining } from '../db/rotation.ts';
import { counted } from '../status/words.ts';
import { type CommandContext, withDatabase } from './command.ts';

/** Prints how many. Needs both secrets; afterwards the companion starts with the new one alone. */
export async function endRotation(context: CommandContext): Promise<boolean> {
  const { settings, say } = context;
  const erased = settings.formerSecret && (await withDatabase(context, eraseRemaining));
  if (erased === undefined) {
    say('No rotation is under way: start the companions with COMPANION_SECRETS=new,old first.');
    return false;
  }
  say(`${counted(erased, 'account')} erased. Set COMPANION_SECRETS to the new secret alone.`);
  return true;
}
