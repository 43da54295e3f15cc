// Tester builds only: which server the background works for, and how it turns to another.
import { FxaError } from '../../fxa/errors.ts';
import type { SessionService } from '../../session/index.ts';
import { applyServer, parseServerConfig, SERVER } from '../server-config.ts';
import { build, type BuildConfig } from '../config.ts';
import { localArea } from '../browser/ports/storage.ts';
import { restart } from '../browser/background/runtime.ts';

/**
 * The build, with the server somebody has chosen; what is no choice counts as none. A browser that refuses to tell is asked
 * once more: taken for none, it would sign out from the one that is chosen.
 *
 * @throws FxaError `storage_unavailable`; the next start asks again.
 */
export async function configuration(): Promise<BuildConfig> {
  const stored = () => localArea().get(SERVER);
  return applyServer(build, await stored().catch(stored));
}

/**
 * Signs out, lets that reach the server it was at, and starts the extension anew for the other: its pages close with it.
 * `choice` is JSON; empty is the build's own server.
 *
 * @throws FxaError `misconfigured` for what is no choice; nothing has changed then.
 */
export async function switchServer(session: SessionService, choice: string): Promise<void> {
  const server = choice === '' ? undefined : parseServerConfig(parsed(choice));
  if (choice !== '' && !server) throw new FxaError('misconfigured', 'That is no server to choose.');
  const leave = async () => {
    await session.signOut();
    // Waits for the pass that begins with the sign-out. What it could not destroy stays in the outbox, for a return.
    await session.drainOutbox();
  };
  await leave();
  await localArea().set({ [SERVER]: server ?? null });
  // Somebody may have signed in again while the network was waited for.
  await leave();
  restart();
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
