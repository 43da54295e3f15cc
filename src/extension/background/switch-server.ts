// Tester builds only: loads the selected server and switches to another.
import { FxaError } from '../../fxa/errors.ts';
import type { SessionService } from '../../session/index.ts';
import { LOCAL } from '../../session/state/storage-items.ts';
import { applyServer, parseServerConfig } from '../server-config.ts';
import { build, type BuildConfig } from '../config.ts';
import { localArea, restart } from '../browser/ports/basics.ts';

/**
 * The build with the stored server applied. A failed read is retried once, because using the built-in server would sign
 * out from the stored one.
 *
 * @throws FxaError `storage_unavailable`; the next start reads again.
 */
export async function configuration(): Promise<BuildConfig> {
  const stored = () => localArea().get(LOCAL.server);
  return applyServer(build, await stored().catch(stored));
}

/**
 * Signs out, waits for the revocations and restarts the extension with the other server, which closes its pages.
 * `config` is JSON; empty selects the built-in server.
 *
 * @throws FxaError `misconfigured` for an invalid config, before anything changes.
 */
export async function switchServer(session: SessionService, config: string): Promise<void> {
  const server = config === '' ? undefined : parseServerConfig(parsed(config));
  if (config !== '' && !server) throw new FxaError('misconfigured', 'The server config is invalid.');
  const leave = async () => {
    await session.signOut();
    // Waits for the revocations that signing out started. Failed ones stay in the outbox until the tester returns.
    await session.drainOutbox();
  };
  await leave();
  await localArea().set({ [LOCAL.server]: server ?? null });
  // Again, in case of a sign-in during the wait.
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
