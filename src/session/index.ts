// The session's commands and wake-ups, and the order of maintenance.
import { createAttempts } from './sign-in/controller.ts';
import { noteUse, pollCompanion } from './companion/sync.ts';
import { moveCompanionSessionsToMemory } from './companion/session-store.ts';
import { updateBackup } from './state/grant-backup.ts';
import { countPopupOpened, recordChange } from './metrics/session-events.ts';
import { currentSession, createContext, type SessionConfig } from './context.ts';
import { drainOutbox } from './sign-out/outbox.ts';
import { beginFlow } from './metrics/flow.ts';
import { enforceConsent } from './metrics/withdrawal.ts';
import { uploadMetrics } from './metrics/upload.ts';
import { FxaError } from '../fxa/errors.ts';
import type { Ports } from './ports.ts';
import type { MaintenanceOptions, SessionService } from './service.ts';
import type { Settings } from './state/record.ts';
import { changeAvatar, changeDisplayName, refreshProfile } from './profile.ts';
import { recover, reset } from './lifecycle.ts';
import { refreshAhead } from './tokens/refresh-schedule.ts';
import { scopedKey } from './tokens/scoped-keys.ts';
import { keepsKeys, moveSecrets, enforceSessionOnly, deleteOrphanedSecrets } from './tokens/secret-store.ts';
import type { StepUp } from './sign-in/attempt.ts';
import { signOut } from './sign-out/sign-out.ts';
import { baseState, uidOf, type SignedIn } from './state/states.ts';
import { accessToken, requireLive } from './tokens/access-token.ts';

export type { BoundToken, SessionService } from './service.ts';

/** How many handed-out tokens to remember the account of. */
const MAX_REMEMBERED_TOKENS = 100;

export function createSession(ports: Ports, config: SessionConfig): SessionService {
  const context = createContext(ports, config, async (changed, change) => {
    await updateBackup(changed, change);
    if (config.companion) await recordChange(changed, change);
  });
  const { store } = context;

  /** The account of each token handed out here; a refused token may no longer be cached. */
  const accountOfToken = new Map<string, string>();

  /** No network. An error here must not hold up anything else. */
  const enforceConsentSafely = () => enforceConsent(context).catch(ports.report);
  const syncTokens = async (when?: MaintenanceOptions) => {
    await deleteOrphanedSecrets(context);
    await enforceSessionOnly(context);
    await pollCompanion(context, when);
    await refreshAhead(context);
  };
  /** The last poll may have blocked metrics. */
  const enforceAndUpload = async () => {
    await enforceConsentSafely();
    await uploadMetrics(context).catch(ports.report);
  };
  const runMaintenance = async (when?: MaintenanceOptions) => {
    await store.saveUnsaved();
    await enforceConsentSafely();
    await syncTokens(when);
    await drainOutbox(context);
    await enforceAndUpload();
  };
  const startMaintenance = (when?: MaintenanceOptions) => void runMaintenance(when).catch(ports.report);
  const attempts = createAttempts(context, () => startMaintenance());

  /** Runs maintenance after the work, which may have left tokens to destroy. */
  const thenMaintain = async <T>(work: Promise<T>, when?: MaintenanceOptions): Promise<T> => {
    try {
      return await work;
    } finally {
      startMaintenance(when);
    }
  };

  /** Signs in once more with the same account, which must not lose a scope. */
  const signInAgain = ({ grant, account }: SignedIn, scope: string, stepUp?: StepUp) =>
    attempts.signIn({ scope: `${grant.scope} ${scope}`, account: account.subject, stepUp });

  /** Changes a setting, and applies it to metrics at once. */
  const changeSetting = async <Name extends keyof Settings>(name: Name, value?: Settings[Name]) => {
    const { before, after } = await store.update((record) => {
      const { [name]: current, ...others } = record.settings;
      if (current === value) return record;
      const settings: unknown = { ...others, ...(value !== undefined && { [name]: value }) };
      return { ...record, settings: settings as Settings };
    });
    if (after === before) return;
    await enforceConsent(context, after);
    void enforceAndUpload();
  };

  return {
    ...attempts,
    async requestScopes(scope) {
      await signInAgain(await requireLive(context), scope);
    },
    async stepUp() {
      const live = await requireLive(context);
      const { code, reason } = live.attemptError ?? {};
      if (reason === 'step_up_refused')
        throw new FxaError('step_up_required', 'It failed twice.', { reason });
      await signInAgain(live, '', code === 'step_up_required' ? 'again' : 'first');
    },

    async signOut({ forceLogin = false } = {}) {
      await signOut(context, 'by_user', { forceLogin });
      // Hand over or destroy the grant before polling the companion.
      drainOutbox(context)
        .then(() => syncTokens())
        .then(enforceAndUpload)
        .catch(ports.report);
      await attempts.stop();
    },

    async dismissProblem() {
      await store.dispatch({ type: 'problemDismissed' });
    },
    async wake() {
      await attempts.wake();
      await store.saveUnsaved();
    },
    refreshProfile: () => thenMaintain(refreshProfile(context)),
    changeDisplayName: (name, uid) => thenMaintain(changeDisplayName(context, name, uid)),
    changeAvatar: (image, uid) => thenMaintain(changeAvatar(context, image, uid)),
    accessToken: async (scope, refused) => {
      const began = ports.now();
      try {
        const { token: replaced, uid: account } =
          typeof refused === 'string'
            ? { token: refused, uid: accountOfToken.get(refused) }
            : (refused ?? {});
        const { session, cached } = await accessToken(context, scope, { refused: replaced, account });
        // The token it replaces has to be destroyed.
        if (cached.receivedAt >= began) startMaintenance();
        void noteUse(context).then((wasUnused) => wasUnused && startMaintenance());
        const { token, scope: covered, expiresAt } = cached;
        const uid = uidOf(session.account);
        accountOfToken.delete(token);
        accountOfToken.set(token, uid);
        for (const oldest of accountOfToken.keys())
          if (accountOfToken.size > MAX_REMEMBERED_TOKENS) accountOfToken.delete(oldest);
        return { token, uid, scope: covered, expiresAt };
      } catch (error) {
        startMaintenance();
        throw error;
      }
    },
    scopedKey: (scope) => scopedKey(context, scope),

    async suspectEnd(suspectedEnd) {
      const live = await currentSession(context);
      if (!live) return;
      await store.dispatch({ type: 'endSuspected', sessionId: live.id, suspectedEnd });
      await runMaintenance();
    },

    async popupOpened() {
      await store.saveUnsaved();
      await noteUse(context);
      await countPopupOpened(context);
      const { status } = baseState((await store.read()).session);
      if (status === 'signedIn') return thenMaintain(refreshProfile(context), { atOnce: true });
      // The companion may know by now why the session ended.
      return status === 'needsReauth'
        ? thenMaintain(beginFlow(context), { atOnce: true })
        : beginFlow(context);
    },
    setDntGpc: (objects) => changeSetting('dntGpc', objects ? true : undefined),
    setMetrics: (on) => changeSetting('metrics', on),
    preferTab: (inTab) => changeSetting('inTab', inTab ? true : undefined),
    async policyChanged() {
      await store.publish();
      await enforceAndUpload();
    },

    keepsKeys: () => keepsKeys(ports),

    async setSessionOnly(sessionOnly) {
      await changeSetting('sessionOnly', sessionOnly);
      await moveSecrets(context);
      await moveCompanionSessionsToMemory(context);
    },

    async reset() {
      await reset(context);
      startMaintenance();
      await attempts.stop();
    },

    recover: () => recover(context, attempts),
    drainOutbox: () => drainOutbox(context),
    runMaintenance,
  };
}
