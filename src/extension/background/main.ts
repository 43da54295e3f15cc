// The background: builds the session from its adapters and registers every listener, synchronously, at every start.
// It may die after any await; what must survive is in storage, and `recover` finds it at the next start.
import { isFxaError } from '../../fxa/errors.ts';
import * as scopedKeys from '../../fxa/scoped-keys.ts';
import { ATTEMPT_ALARM } from '../../session/attempt.ts';
import { COMPANION_ALARM } from '../../session/companion.ts';
import { OUTBOX_ALARM } from '../../session/outbox.ts';
import { RENEWAL_ALARM } from '../../session/renewal.ts';
import { createSession } from '../../session/session.ts';
import { build } from '../config.ts';
import { returnPagePattern } from '../return-page.ts';
import { alarms } from '../webext/alarms.ts';
import { authTab } from '../webext/auth-tab.ts';
import { authWindow } from '../webext/auth-window.ts';
import { followView } from '../webext/badge.ts';
import { followTabs } from '../webext/follow-tabs.ts';
import {
  onAlarm,
  onPermissionAdded,
  onStart,
  onWindowCreated,
  onWindowRemoved,
} from '../webext/listeners.ts';
import { webLocks } from '../webext/locks.ts';
import { answer } from '../webext/messaging.ts';
import { readPolicy } from '../webext/policy.ts';
import { localArea, memoryArea } from '../webext/storage.ts';
import { vault } from '../webext/vault.ts';
import { commandHandlers } from './handlers.ts';

/** A literal of the build: without key scopes, their code is left out. */
declare const __SCOPED_KEYS__: boolean;

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
    authTab: authTab(build.returnPage),
    alarms,
    policy: readPolicy,
    keys: __SCOPED_KEYS__ ? scopedKeys : undefined,
    report,
  },
  build,
);

/** Everything waits for this: what the last background left undone is found before anything new begins. No network. */
const recovered = session.recover().catch(report);
const after = (work: () => Promise<unknown>) => void recovered.then(work).catch(report);
const tend = () => after(() => session.tend());

answer(commandHandlers(session, recovered, report), (error) => (isFxaError(error) ? error.code : 'internal'));
onAlarm(OUTBOX_ALARM, tend);
onAlarm(RENEWAL_ALARM, tend);
onAlarm(COMPANION_ALARM, tend);
onAlarm(ATTEMPT_ALARM, () => after(() => session.watch()));
onWindowCreated((id) => after(() => session.windowCreated(id)));
onWindowRemoved((id) => after(() => session.windowRemoved(id)));
if (build.returnPage !== undefined) {
  const updated = (id: number, url: string) => after(() => session.tabUpdated(id, url));
  const removed = (id: number) => after(() => session.tabRemoved(id));
  followTabs(returnPagePattern(build.returnPage), { updated, removed }, report);
  onPermissionAdded(() => after(() => session.permissionAdded()));
}
// Being woken is all it takes.
onStart(() => undefined);
followView(report);
tend();
