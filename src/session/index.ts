// Everything the background may call: the session's commands and wake-ups, and the order of maintenance.
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
import type { Settings } from './state/record.ts';
import { changeAvatar, changeDisplayName, refreshProfile } from './profile.ts';
import { recover, reset } from './lifecycle.ts';
import { refreshAhead } from './tokens/refresh-schedule.ts';
import { scopedKey } from './tokens/scoped-keys.ts';
import { keepsKeys, moveSecrets, enforceSessionOnly, deleteOrphanedSecrets } from './tokens/secret-store.ts';
import type { StepUp } from './sign-in/attempt.ts';
import { signOut } from './sign-out/sign-out.ts';
import { baseState, uidOf, type SignedIn, type SuspectedEnd } from './state/states.ts';
import { accessToken, requireLive } from './tokens/access-token.ts';

/** An access token and the account it belongs to. `expiresAt` in milliseconds. */
export interface BoundToken {
  readonly token: string;
  readonly uid: string;
  readonly scope: string;
  readonly expiresAt: number;
}

interface MaintenanceOptions {
  /** Polls the companion as soon as it allows, even if the next poll is further away. */
  readonly atOnce?: boolean;
}

export type SessionService = ReturnType<typeof createSession>;

const MAX_REMEMBERED_TOKENS = 100;

/** Creates the session; call `recover` before anything else. */
export function createSession(ports: Ports, config: SessionConfig) {
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
  const { stop, ...attempts } = createAttempts(context, () => startMaintenance());

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

    /**
     * Asks the person for further scopes, separated by spaces, on top of the live session; then its grant is replaced.
     *
     * @throws FxaError `signed_out` or `reauth_required` without one, `busy` while another sign-in runs, in a window or
     *   a tab: nothing was asked then, so call again when it is over. Another account fails the attempt with
     *   `account_changed`, and the session stays.
     */
    async requestScopes(scope: string): Promise<void> {
      await signInAgain(await requireLive(context), scope);
    },

    /**
     * Has the account of the live session confirm with its second step (`acr` AAL2). If that fails, the next call has
     * it sign in anew, and the one after that is refused until the problem is dismissed.
     *
     * @throws FxaError as `requestScopes`, and `step_up_required` with reason `step_up_refused`.
     */
    async stepUp(): Promise<void> {
      const live = await requireLive(context);
      const { code, reason } = live.attemptError ?? {};
      if (reason === 'step_up_refused')
        throw new FxaError('step_up_required', 'It failed twice.', { reason });
      await signInAgain(live, '', code === 'step_up_required' ? 'again' : 'first');
    },

    /** Ends the session here, and starts destroying its grant. `forceLogin`: the next sign-in asks for the account. */
    async signOut({ forceLogin = false } = {}): Promise<void> {
      await signOut(context, 'by_user', { forceLogin });
      // Hand over or destroy the grant before polling the companion.
      drainOutbox(context)
        .then(() => syncTokens())
        .then(enforceAndUpload)
        .catch(ports.report);
      await stop();
    },

    /** Dismisses the failure of the last attempt. */
    async dismissProblem(): Promise<void> {
      await store.dispatch({ type: 'problemDismissed' });
    },

    /** Call repeatedly while a page shows an attempt or unsaved data: fails a dead attempt, and retries the write. */
    async wake(): Promise<void> {
      await attempts.wake();
      await store.saveUnsaved();
    },

    refreshProfile: () => thenMaintain(refreshProfile(context)),
    /** Profile writes; with a uid, only for that account. Errors: profile.ts. */
    changeDisplayName: (name: string, uid?: string) => thenMaintain(changeDisplayName(context, name, uid)),
    changeAvatar: (image: Blob | Uint8Array<ArrayBuffer>, uid?: string) =>
      thenMaintain(changeAvatar(context, image, uid)),

    /**
     * A fresh access token, for code in the background; never send it to a page. After a 401, call again with what was
     * refused: the new one is of its account (by a bare string only while this background lives). Errors: access-token.ts.
     */
    async accessToken(
      scope: string,
      refused?: string | Pick<BoundToken, 'token' | 'uid'>,
    ): Promise<BoundToken> {
      const began = ports.now();
      try {
        const { token: rejectedToken, uid: account } =
          typeof refused === 'string'
            ? { token: refused, uid: accountOfToken.get(refused) }
            : (refused ?? {});
        const { session, cached } = await accessToken(context, scope, { refused: rejectedToken, account });
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

    /** The key of a scope, for code in the background. Errors: scoped-keys.ts. */
    scopedKey: (scope: string) => scopedKey(context, scope),

    /** Records that the session may have ended, and why, and asks Mozilla accounts at once; only its answer counts. */
    async suspectEnd(suspectedEnd: SuspectedEnd): Promise<void> {
      const live = await currentSession(context);
      if (!live) return;
      await store.dispatch({ type: 'endSuspected', sessionId: live.id, suspectedEnd });
      await runMaintenance();
    },

    /** Counts that the popup opened, and refreshes the profile or, without a session, begins a metrics flow. */
    async popupOpened(): Promise<void> {
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

    /** Records whether the browser sends DNT or GPC. */
    setDntGpc: (objects: boolean) => changeSetting('dntGpc', objects ? true : undefined),
    /** The metrics switch. Turning it off deletes all counts here and at the companion. */
    setMetrics: (on: boolean) => changeSetting('metrics', on),
    /** Sets whether to sign in in a tab. */
    preferTab: (inTab: boolean) => changeSetting('inTab', inTab ? true : undefined),

    /** Call when the policy or the browser's consent has changed. */
    async policyChanged(): Promise<void> {
      await store.publish();
      await enforceAndUpload();
    },

    /** Tests whether the browser keeps a key for this extension. */
    keepsKeys: () => keepsKeys(ports),

    /** Sets whether sessions end with the browser, including the live one. */
    async setSessionOnly(sessionOnly: boolean): Promise<void> {
      await changeSetting('sessionOnly', sessionOnly);
      await moveSecrets(context);
      await moveCompanionSessionsToMemory(context);
    },

    /** Replaces the record if it can't be read, and destroys the grants it names. */
    async reset(): Promise<void> {
      await reset(context);
      startMaintenance();
      await stop();
    },

    /** Call once when the background starts, before anything else: fails attempts that died. No network. */
    recover: () => recover(context, { ...attempts, stop }),
    /** Destroys the grants and tokens that are due, and schedules the rest. */
    drainOutbox: () => drainOutbox(context),
    /** Call at every wake: does whatever is due of polls, refreshes, uploads and revocations. */
    runMaintenance,
  };
}
