// The background: builds the session from its ports and registers every listener synchronously at each start. It may be
// stopped after any await; `recover` restores the state from storage at the next start.
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import * as scopedKeys from '../../fxa/scoped-keys.ts';
import { createSession, type SessionService } from '../../session/index.ts';
import type { Ports } from '../../session/ports.ts';
import { ALARMS } from '../../session/state/storage-items.ts';
import { build, type BuildConfig } from '../config.ts';
import { returnPagePattern } from '../return-page.ts';
import { authTab } from '../browser/ports/auth-tab.ts';
import { authWindow, onAuthWindow } from '../browser/ports/auth-window.ts';
import { grantBackup } from '../browser/ports/grant-backup.ts';
import { followTabs } from '../browser/background/follow-tabs.ts';
import {
  onAlarm,
  onPermissionsChanged,
  onPolicyChanged,
  onStart,
  onWindowRemoved,
} from '../browser/background/listeners.ts';
import { answer } from '../browser/messaging.ts';
import { showNotifications } from '../browser/background/notifications.ts';
import { alarms, localArea, memoryArea, readConsent, readPolicy, webLocks } from '../browser/ports/basics.ts';
import { syncToolbar } from '../browser/background/toolbar.ts';
import { vault } from '../browser/ports/vault.ts';
import { welcomeOnce } from '../browser/background/welcome.ts';
import { commandHandlers, type TesterCommands } from './handlers.ts';
import { report, reportInFull } from './report.ts';
import { simulateFault, withSimulatedFault } from './simulate-fault.ts';
import { switchServer, configuration } from './switch-server.ts';

/**
 * Build-time literals that omit unused code: keys without key scopes, server switching and simulated faults in
 * production.
 */
declare const __SCOPED_KEYS__: boolean;
declare const __TESTER__: boolean;

/** Recovers what the last background left unfinished; everything else waits for it. No network. */
async function startSession(config: BuildConfig): Promise<SessionService> {
  const ports: Ports = {
    now: () => Date.now(),
    newId: () => crypto.randomUUID(),
    random: () => Math.random(),
    fetch: (...request) => fetch(...request),
    local: localArea(),
    memory: memoryArea(),
    vault,
    grantBackup,
    locks: webLocks,
    authWindow,
    authTab: authTab(config.returnPage),
    alarms,
    policy: readPolicy,
    consent: readConsent,
    keys: __SCOPED_KEYS__ ? scopedKeys : undefined,
    report,
  };
  const session = createSession(
    __TESTER__ ? await withSimulatedFault(ports, config.companion?.origin) : ports,
    config,
  );
  await session.recover().catch(report);
  return session;
}

const ready = __TESTER__ ? configuration().then(startSession) : startSession(build);
const after = (work: (session: SessionService) => Promise<unknown>) => void ready.then(work).catch(report);
const maintain = (atOnce = false) => after((session) => session.runMaintenance({ atOnce }));

const notHere = () => Promise.reject(new FxaError('unsupported', 'Only tester builds can do this.'));
const testerCommands: TesterCommands = __TESTER__
  ? { switchServer, simulateFault }
  : { switchServer: notHere, simulateFault: notHere };
const reportUnexpected = __TESTER__ ? reportInFull : report;
answer(commandHandlers(ready, reportUnexpected, testerCommands), (error) => {
  if (isFxaError(error)) return error.code;
  reportUnexpected(error);
  return 'internal';
});
for (const name of [ALARMS.outbox, ALARMS.refresh, ALARMS.companion])
  onAlarm(name, (isLate) => maintain(isLate));
onAlarm(ALARMS.attempt, () => after((session) => session.watch()));
onAuthWindow((id) => after((session) => session.windowCreated(id)));
onWindowRemoved((id) => after((session) => session.windowRemoved(id)));
if (build.returnPage !== undefined) {
  const updated = (id: number, url: string) => after((session) => session.tabUpdated(id, url));
  const removed = (id: number) => after((session) => session.tabRemoved(id));
  followTabs(returnPagePattern(build.returnPage), { updated, removed }, report);
}
const policyChanged = () => after((session) => session.policyChanged());
onPolicyChanged(() => {
  policyChanged();
  maintain();
});
onPermissionsChanged(() => {
  after((session) => session.permissionAdded());
  policyChanged();
});
// Waking the background is enough.
onStart(() => undefined);
welcomeOnce(report);
syncToolbar(report);
showNotifications(report);
maintain();
