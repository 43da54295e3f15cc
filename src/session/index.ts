// The commands and wake-ups of the session, in one place: what the background may ask of it.
import { createAttempts } from './sign-in/controller.ts';
import { askCompanion } from './companion/sync.ts';
import { obeySeats } from './companion/session-store.ts';
import { createContext, type SessionConfig } from './context.ts';
import { drain } from './sign-out/outbox.ts';
import { beginFlow } from './metrics/flow.ts';
import { obeyGate } from './metrics/withdrawal.ts';
import { countOpening, sendMetrics } from './metrics/upload.ts';
import type { Ports } from './ports.ts';
import type { Settings } from './state/record.ts';
import { changeAvatar, changeDisplayName, lookForNews } from './profile.ts';
import { recover } from './recover.ts';
import { renewAhead } from './tokens/refresh-schedule.ts';
import { reset } from './reset.ts';
import { scopedKey, type BoundKey } from './tokens/scoped-keys.ts';
import { keepsKeys, moveSecrets, obeySessionOnly, sweepSecrets } from './tokens/secret-store.ts';
import type { SignInOptions } from './sign-in/authorize.ts';
import { signOut } from './sign-out/sign-out.ts';
import { liveSession, settled, uidOf, type Hint } from './state/states.ts';
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
  lookForNews(): Promise<void>;
  /** To be called when the popup is on show: counts that, looks for news, or begins a flow where nobody is signed in. */
  popupOpened(): Promise<void>;
  /** Whether the browser tells that the person objects to being measured. */
  noteObjection(objects: boolean): Promise<void>;
  /** The local switch of metrics. Off: what was counted is forgotten here, and at the companion. */
  setMetrics(on: boolean): Promise<void>;
  /** Whether the person would rather sign in in a tab. */
  preferTab(inTab: boolean): Promise<void>;
  /** To be called when what surrounds the session has changed: a policy, a consent. */
  lookAround(): Promise<void>;
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
  hint(hint: Hint): Promise<void>;
  /** Whether the browser keeps a key for this extension: one is made, used, and looked for again. */
  keepsKeys(): Promise<boolean>;
  /** Whether sessions are to end with the browser, from now on and for the one that lives. */
  setSessionOnly(sessionOnly: boolean): Promise<void>;
  /** Starts anew where the stored record cannot be read; otherwise nothing. The grants it names are destroyed. */
  reset(): Promise<void>;
  /** To be called once whenever the background starts, before anything else: ends attempts that died. No network. */
  recover(): Promise<void>;
  /** Destroys what is due to be destroyed, and plans the rest. */
  drain(): Promise<void>;
  /** To be called at every wake: does what is due, of news, renewals and revocations. */
  tend(): Promise<void>;
  windowCreated(windowId: number): Promise<void>;
  windowRemoved(windowId: number): Promise<void>;
  tabUpdated(tabId: number, url: string): Promise<void>;
  tabRemoved(tabId: number): Promise<void>;
  permissionAdded(): Promise<void>;
}

/** A token that was handed out before so many others is not waited for any more. */
const MOST_GIVEN = 100;

export function createSession(ports: Ports, config: SessionConfig): SessionService {
  const context = createContext(ports, config);
  const { store } = context;

  /** Whose the tokens are that were handed out here: one that comes back as refused may be held no more. */
  const given = new Map<string, string>();

  /** Without the network; whatever goes wrong with metrics delays nothing else. */
  const obey = () => obeyGate(context).catch(ports.report);
  const settle = async () => {
    await sweepSecrets(context);
    await obeySessionOnly(context);
    await askCompanion(context);
    await renewAhead(context);
  };
  /** What the companion told may have closed the gate. */
  const account = async () => {
    await obey();
    await sendMetrics(context).catch(ports.report);
  };
  const tend = async () => {
    await store.writeKept();
    await obey();
    await settle();
    await drain(context);
    await account();
  };
  const tendLater = () => {
    tend().catch(ports.report);
  };
  const attempts = createAttempts(context, tendLater);

  /** What came too late is an orphan now. */
  const thenTend = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      tendLater();
    }
  };

  /** What may have closed the gate of metrics is obeyed at once. */
  const set = async <Name extends keyof Settings>(name: Name, value: Settings[Name] | undefined) => {
    const { before, after } = await store.update((record) => {
      const { [name]: known, ...others } = record.settings;
      if (known === value) return record;
      const settings: unknown = { ...others, ...(value !== undefined && { [name]: value }) };
      return { ...record, settings: settings as Settings };
    });
    if (after === before) return;
    await obeyGate(context);
    void account();
  };

  return {
    signIn: attempts.signIn,
    signInInTab: attempts.signInInTab,
    cancelSignIn: attempts.cancel,
    showWindow: attempts.show,

    async signOut({ askWho = false } = {}) {
      await signOut(context, 'by_user', { askWho });
      // The grant does not wait for whatever the companion is asked just now.
      drain(context).then(settle).then(account).catch(ports.report);
      await attempts.stop();
    },

    async dismissProblem() {
      await store.step({ type: 'problemDismissed' });
    },
    async wake() {
      await attempts.wake();
      await store.writeKept();
    },
    watch: attempts.watch,
    lookForNews: () => thenTend(lookForNews(context)),
    changeDisplayName: (name, uid) => thenTend(changeDisplayName(context, name, uid)),
    changeAvatar: (image, uid) => thenTend(changeAvatar(context, image, uid)),
    accessToken: async (scope, refused) => {
      const began = ports.now();
      try {
        const { token: replaces, uid: account } =
          typeof refused === 'string' ? { token: refused, uid: given.get(refused) } : (refused ?? {});
        const { session, held } = await accessToken(context, scope, { refused: replaces, account });
        // What the new one replaces is to be destroyed.
        if (held.receivedAt >= began) tendLater();
        const { token, scope: covers, expiresAt } = held;
        const uid = uidOf(session.account);
        given.delete(token);
        given.set(token, uid);
        for (const oldest of given.keys()) if (given.size > MOST_GIVEN) given.delete(oldest);
        return { token, uid, scope: covers, expiresAt };
      } catch (error) {
        tendLater();
        throw error;
      }
    },
    scopedKey: (scope) => scopedKey(context, scope),

    async hint(hint) {
      const live = liveSession((await store.read()).session);
      if (!live) return;
      await store.step({ type: 'hinted', sessionId: live.id, hint });
      await tend();
    },

    async popupOpened() {
      await store.writeKept();
      await countOpening(context);
      const { status } = settled((await store.read()).session);
      if (status === 'signedIn') return thenTend(lookForNews(context));
      // Why a session ended may be known by now.
      return status === 'needsReauth' ? thenTend(beginFlow(context)) : beginFlow(context);
    },
    noteObjection: (objects) => set('objection', objects ? true : undefined),
    setMetrics: (on) => set('metrics', on),
    preferTab: (inTab) => set('inTab', inTab ? true : undefined),
    async lookAround() {
      await store.publish();
      await account();
    },

    keepsKeys: () => keepsKeys(ports),

    async setSessionOnly(sessionOnly) {
      await set('sessionOnly', sessionOnly);
      await moveSecrets(context);
      await obeySeats(context);
    },

    async reset() {
      await reset(context);
      tendLater();
      await attempts.stop();
    },

    recover: () => recover(context, attempts),
    drain: () => drain(context),
    tend,
    windowCreated: attempts.windowCreated,
    windowRemoved: attempts.windowRemoved,
    tabUpdated: attempts.tabUpdated,
    tabRemoved: attempts.tabRemoved,
    permissionAdded: attempts.permissionAdded,
  };
}
