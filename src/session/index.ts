// The commands and wake-ups of the session, in one place: what the background may ask of it.
import { createAttempts } from './sign-in/controller.ts';
import { pollCompanion } from './companion/sync.ts';
import { moveCompanionSessionsToMemory } from './companion/session-store.ts';
import { createContext, type SessionConfig } from './context.ts';
import { drainOutbox } from './sign-out/outbox.ts';
import { beginFlow } from './metrics/flow.ts';
import { enforceConsent } from './metrics/withdrawal.ts';
import { countPopupOpened, uploadMetrics } from './metrics/upload.ts';
import type { Ports } from './ports.ts';
import type { Settings } from './state/record.ts';
import { changeAvatar, changeDisplayName, refreshProfile } from './profile.ts';
import { recover } from './recover.ts';
import { refreshAhead } from './tokens/refresh-schedule.ts';
import { reset } from './reset.ts';
import { scopedKey, type BoundKey } from './tokens/scoped-keys.ts';
import { keepsKeys, moveSecrets, enforceSessionOnly, deleteOrphanedSecrets } from './tokens/secret-store.ts';
import type { SignInOptions } from './sign-in/authorize.ts';
import { signOut } from './sign-out/sign-out.ts';
import { liveSession, baseState, uidOf, type SuspectedEnd } from './state/states.ts';
import { accessToken } from './tokens/access-token.ts';

/** A token, and whose it is. `expiresAt` in milliseconds. */
export interface BoundToken {
  readonly token: string;
  readonly uid: string;
  readonly scope: string;
  readonly expiresAt: number;
}

export interface SessionService {
  /** Runs a sign-in to its end, or into a tab; when one runs already, brings its window or tab to the front instead. */
  signIn(options?: SignInOptions): Promise<void>;
  /**
   * Signs in in a tab; waits for the permission it needs when that is just being asked for.
   *
   * @throws FxaError `unsupported` when the build has no return page.
   */
  signInInTab(options?: Pick<SignInOptions, 'started'>): Promise<void>;
  /** Ends the running attempt at once, whatever its window does; or takes back a wish for a tab that still waits. */
  cancelSignIn(): Promise<void>;
  /** True when the window or tab of the running attempt is in front now. */
  showWindow(): Promise<boolean>;
  /** Ends the session here; that the grant is destroyed is begun, not awaited. `askWho`: the next sign-in asks. */
  signOut(options?: { askWho?: boolean }): Promise<void>;
  refreshProfile(): Promise<void>;
  /** To be called when the popup is on show: counts that, looks for news, or begins a flow where nobody is signed in. */
  popupOpened(): Promise<void>;
  /** Whether the browser tells that the person objects to being measured. */
  setObjection(objects: boolean): Promise<void>;
  /** The local switch of metrics. Off: what was counted is forgotten here, and at the companion. */
  setMetrics(on: boolean): Promise<void>;
  /** Whether the person would rather sign in in a tab. */
  preferTab(inTab: boolean): Promise<void>;
  /** To be called when what surrounds the session has changed: a policy, a consent. */
  policyChanged(): Promise<void>;
  /** The person has seen how their last attempt failed. */
  dismissProblem(): Promise<void>;
  /** To be called again and again while a page shows an attempt, or that something is unsaved: ends one that died, writes the other. */
  wake(): Promise<void>;
  /** To be called when the attempt's alarm rings (attempt.ts). */
  watch(): Promise<void>;
  /** Profile writes, of the account of that uid alone where one is given; errors in profile.ts. */
  changeDisplayName(name: string, uid?: string): Promise<void>;
  changeAvatar(image: Blob | Uint8Array<ArrayBuffer>, uid?: string): Promise<void>;
  /**
   * A fresh access token, for code in the background that calls an API. Never send it to a page. When a resource answers
   * 401, ask once more with the token it refused: then it is one of the same account, or `account_changed`. Errors: access-token.ts.
   */
  accessToken(scope: string, refused?: string | Pick<BoundToken, 'token' | 'uid'>): Promise<BoundToken>;
  /** The key of a scope, for code in the background. Errors: scoped-keys.ts. */
  scopedKey(scope: string): Promise<BoundKey>;
  /** Somebody says that the session was ended elsewhere, and why. Mozilla accounts is asked at once; only its word counts. */
  suspectEnd(hint: SuspectedEnd): Promise<void>;
  /** Whether the browser keeps a key for this extension: one is made, used, and looked for again. */
  keepsKeys(): Promise<boolean>;
  /** Whether sessions are to end with the browser, from now on and for the one that lives. */
  setSessionOnly(sessionOnly: boolean): Promise<void>;
  /** Starts anew where the stored record cannot be read; otherwise nothing. The grants it names are destroyed. */
  reset(): Promise<void>;
  /** To be called once whenever the background starts, before anything else: ends attempts that died. No network. */
  recover(): Promise<void>;
  /** Destroys what is due to be destroyed, and plans the rest. */
  drainOutbox(): Promise<void>;
  /** To be called at every wake: does what is due, of news, renewals and revocations. */
  runMaintenance(): Promise<void>;
  windowCreated(windowId: number): Promise<void>;
  windowRemoved(windowId: number): Promise<void>;
  tabUpdated(tabId: number, url: string): Promise<void>;
  tabRemoved(tabId: number): Promise<void>;
  permissionAdded(): Promise<void>;
}

/** A token that was handed out before so many others is not waited for any more. */
const MAX_REMEMBERED_TOKENS = 100;

export function createSession(ports: Ports, config: SessionConfig): SessionService {
  const context = createContext(ports, config);
  const { store } = context;

  /** Whose the tokens are that were handed out here: one that comes back as refused may be held no more. */
  const accountOfToken = new Map<string, string>();

  /** Without the network; whatever goes wrong with metrics delays nothing else. */
  const enforceConsentSafely = () => enforceConsent(context).catch(ports.report);
  const syncTokens = async () => {
    await deleteOrphanedSecrets(context);
    await enforceSessionOnly(context);
    await pollCompanion(context);
    await refreshAhead(context);
  };
  /** What the companion told may have closed the gate. */
  const enforceAndUpload = async () => {
    await enforceConsentSafely();
    await uploadMetrics(context).catch(ports.report);
  };
  const runMaintenance = async () => {
    await store.saveUnsaved();
    await enforceConsentSafely();
    await syncTokens();
    await drainOutbox(context);
    await enforceAndUpload();
  };
  const runMaintenanceLater = () => {
    runMaintenance().catch(ports.report);
  };
  const attempts = createAttempts(context, runMaintenanceLater);

  /** What came too late is an orphan now. */
  const thenMaintain = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      runMaintenanceLater();
    }
  };

  /** What may have closed the gate of metrics is obeyed at once. */
  const changeSetting = async <Name extends keyof Settings>(
    name: Name,
    value: Settings[Name] | undefined,
  ) => {
    const { before, after } = await store.update((record) => {
      const { [name]: known, ...others } = record.settings;
      if (known === value) return record;
      const settings: unknown = { ...others, ...(value !== undefined && { [name]: value }) };
      return { ...record, settings: settings as Settings };
    });
    if (after === before) return;
    await enforceConsent(context);
    void enforceAndUpload();
  };

  return {
    signIn: attempts.signIn,
    signInInTab: attempts.signInInTab,
    cancelSignIn: attempts.cancel,
    showWindow: attempts.show,

    async signOut({ askWho = false } = {}) {
      await signOut(context, 'by_user', { askWho });
      // The grant does not wait for whatever the companion is asked just now.
      drainOutbox(context).then(syncTokens).then(enforceAndUpload).catch(ports.report);
      await attempts.stop();
    },

    async dismissProblem() {
      await store.dispatch({ type: 'problemDismissed' });
    },
    async wake() {
      await attempts.wake();
      await store.saveUnsaved();
    },
    watch: attempts.watch,
    refreshProfile: () => thenMaintain(refreshProfile(context)),
    changeDisplayName: (name, uid) => thenMaintain(changeDisplayName(context, name, uid)),
    changeAvatar: (image, uid) => thenMaintain(changeAvatar(context, image, uid)),
    accessToken: async (scope, refused) => {
      const began = ports.now();
      try {
        const { token: replaces, uid: account } =
          typeof refused === 'string'
            ? { token: refused, uid: accountOfToken.get(refused) }
            : (refused ?? {});
        const { session, held } = await accessToken(context, scope, { refused: replaces, account });
        // What the new one replaces is to be destroyed.
        if (held.receivedAt >= began) runMaintenanceLater();
        const { token, scope: covers, expiresAt } = held;
        const uid = uidOf(session.account);
        accountOfToken.delete(token);
        accountOfToken.set(token, uid);
        for (const oldest of accountOfToken.keys())
          if (accountOfToken.size > MAX_REMEMBERED_TOKENS) accountOfToken.delete(oldest);
        return { token, uid, scope: covers, expiresAt };
      } catch (error) {
        runMaintenanceLater();
        throw error;
      }
    },
    scopedKey: (scope) => scopedKey(context, scope),

    async suspectEnd(hint) {
      const live = liveSession((await store.read()).session);
      if (!live) return;
      await store.dispatch({ type: 'endSuspected', sessionId: live.id, hint });
      await runMaintenance();
    },

    async popupOpened() {
      await store.saveUnsaved();
      await countPopupOpened(context);
      const { status } = baseState((await store.read()).session);
      if (status === 'signedIn') return thenMaintain(refreshProfile(context));
      // Why a session ended may be known by now.
      return status === 'needsReauth' ? thenMaintain(beginFlow(context)) : beginFlow(context);
    },
    setObjection: (objects) => changeSetting('objection', objects ? true : undefined),
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
      runMaintenanceLater();
      await attempts.stop();
    },

    recover: () => recover(context, attempts),
    drainOutbox: () => drainOutbox(context),
    runMaintenance,
    windowCreated: attempts.windowCreated,
    windowRemoved: attempts.windowRemoved,
    tabUpdated: attempts.tabUpdated,
    tabRemoved: attempts.tabRemoved,
    permissionAdded: attempts.permissionAdded,
  };
}
