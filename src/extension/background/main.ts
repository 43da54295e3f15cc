// The background: builds the session from its adapters and registers every listener, synchronously, at every start.
// It may die after any await; what must survive is in storage, and `recover` finds it at the next start.
import { isFxaError } from '../../fxa/errors.ts';
import { OUTBOX_ALARM } from '../../session/outbox.ts';
import { createSession } from '../../session/session.ts';
import { build } from '../config.ts';
import { alarms } from '../webext/alarms.ts';
import { authWindow } from '../webext/auth-window.ts';
import { followView } from '../webext/badge.ts';
import { onAlarm, onStart, onWindowCreated, onWindowRemoved } from '../webext/listeners.ts';
import { webLocks } from '../webext/locks.ts';
import { answer } from '../webext/messaging.ts';
import { localArea, memoryArea } from '../webext/storage.ts';
import { vault } from '../webext/vault.ts';
import { commandHandlers } from './handlers.ts';

/** Unexpected errors by name only: their text may hold what must not be logged. */
function report(error: unknown): void {
  console.error(
    'fxa:',
    isFxaError(error) ? error.code : error instanceof Error ? error.name : 'unknown error',
  );
}

const session = createSession(
  {
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    random: () => Math.random(),
    fetch: (...request) => fetch(...request),
    local: localArea(),
    memory: memoryArea(),
    vault,
    locks: webLocks,
    authWindow,
    alarms,
    report,
  },
  build,
);

/** Everything waits for this: what the last background left undone is found before anything new begins. No network. */
const recovered = session.recover().catch(report);
const after = (work: () => Promise<unknown>) => void recovered.then(work).catch(report);
const drain = () => after(() => session.drain());

answer(commandHandlers(session, recovered, report), (error) => (isFxaError(error) ? error.code : 'internal'));
onAlarm(OUTBOX_ALARM, drain);
onWindowCreated((id) => after(() => session.windowCreated(id)));
onWindowRemoved((id) => after(() => session.windowRemoved(id)));
// Being woken is all it takes.
onStart(() => undefined);
followView(report);
drain();
