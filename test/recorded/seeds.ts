// The state each recorded request met: accounts, codes and tokens with the very values of the recording.
import { createHash } from 'node:crypto';
import type { Account, Session } from '../../src/mock-accounts/store/types.ts';
import type { Store } from '../../src/mock-accounts/store/store.ts';
import type { Exchange, RecordedRequest } from './exchange.ts';

const CLIENT = 'a1b2c3d4e5f60001';
const PASSWORD = 'recorded password';

export interface Scene {
  readonly store: Store;
  readonly account: Account;
  readonly session: Session;
  readonly request: RecordedRequest;
}

/** Prepares the state; what it returns is sent before the recorded request. */
type Seed = (scene: Scene) => readonly RecordedRequest[];

/** The account of the recordings, signed in. */
export function addRecordedAccount(store: Store): { account: Account; session: Session } {
  const uid = 'a58c7de9028443c5b06fb731bdde530a';
  const account = store.accounts.add({ uid, email: 'user@example.com', password: PASSWORD, locale: '*' });
  return { account, session: store.sessions.open(uid) };
}

export function parametersOf(request: RecordedRequest): Record<string, string> {
  return request.headers['content-type']?.includes('json') === true
    ? (JSON.parse(request.body) as Record<string, string>)
    : Object.fromEntries(new URLSearchParams(request.body));
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url');
const bearerOf = (request: RecordedRequest) => request.headers.authorization?.replace('Bearer ', '') ?? '';

/** A code that the request's verifier fits, or that some other verifier fits. */
const code =
  (verifier?: string): Seed =>
  ({ store, account, request }) => {
    const parameters = parametersOf(request);
    store.tokens.addCode({
      code: parameters.code ?? '',
      clientId: CLIENT,
      uid: account.uid,
      scope: 'profile',
      offline: true,
      authAt: 1_795_240_445,
      amr: ['pwd', 'email'],
      aal: 1,
      codeChallenge: challengeOf(verifier ?? parameters.code_verifier ?? ''),
    });
    return [];
  };

const access =
  (scope: string, from: (request: RecordedRequest) => string, age = 0, life = 1_209_600): Seed =>
  ({ store, account, request }) => {
    const createdAt = Date.now() - age * 1000;
    store.tokens.addAccessToken({
      token: from(request),
      clientId: CLIENT,
      uid: account.uid,
      scope,
      life,
      createdAt,
    });
    return [];
  };

const refresh =
  (from: (request: RecordedRequest) => string, scope = 'profile openid'): Seed =>
  ({ store, account, request }) => {
    store.tokens.addRefreshToken({ token: from(request), clientId: CLIENT, uid: account.uid, scope });
    return [];
  };

const parameter = (name: string) => (request: RecordedRequest) => parametersOf(request)[name] ?? '';

/** The same request once before. */
const twice =
  (seed: Seed): Seed =>
  (scene) => [...seed(scene), scene.request];

/** The token of the request is destroyed before. */
const destroyed: Seed = (scene) => {
  access('profile', parameter('token'))(scene);
  return [{ ...scene.request, path: '/v1/destroy' }];
};

const EXPIRED = [10, 1] as const;

/** By number of the exchange. The others need no state beyond the account and the ready clients. */
const SEEDS: Readonly<Record<number, Seed>> = {
  32: twice(code()),
  34: twice(code()),
  36: code('a verifier of another attempt'),
  38: code(),
  40: code(),
  42: code(),
  44: code(),
  46: code(),
  48: code(),
  50: code(),
  52: code(),
  54: code(),
  64: code(),
  66: refresh(parameter('refresh_token')),
  68: access('', bearerOf),
  70: refresh(parameter('refresh_token')),
  72: refresh(parameter('refresh_token')),
  76: refresh(parameter('refresh_token')),
  78: access('profile', bearerOf),
  80: access('profile openid', bearerOf),
  86: access('profile', bearerOf, ...EXPIRED),
  88: access('profile openid', bearerOf),
  90: access('profile openid', bearerOf),
  92: access('profile:write', bearerOf),
  94: refresh(bearerOf),
  96: access('profile openid', parameter('token')),
  98: refresh(parameter('token')),
  100: access('profile', parameter('token'), ...EXPIRED),
  104: refresh(parameter('token')),
  106: twice(access('profile', parameter('token'))),
  108: destroyed,
  110: access('profile', parameter('token')),
  112: refresh(parameter('refresh_token')),
  114: twice(refresh(parameter('refresh_token'))),
  116: refresh(parameter('refresh_token')),
  118: refresh(parameter('token')),
  120: access('profile', parameter('token')),
  122: (scene) => [
    ...access('profile', parameter('token'))(scene),
    ...refresh(parameter('refresh_token'))(scene),
  ],
  128: ({ store, account, request }) => {
    const id = parametersOf(request).refresh_token_id ?? '';
    store.tokens.addRefreshToken({ id, clientId: CLIENT, uid: account.uid, scope: 'profile' });
    return [];
  },
  144: twice(code()),
  146: code(),
  148: ({ store, request }) => {
    const uid = '421930ef01e648db8173f72e708600c5';
    const gone = store.accounts.add({
      uid,
      email: 'gone1795240449185@example.com',
      password: PASSWORD,
      locale: '*',
    });
    store.tokens.addAccessToken({
      token: bearerOf(request),
      clientId: CLIENT,
      uid: gone.uid,
      scope: 'profile',
      life: 3600,
    });
    return [];
  },
  150: (scene) => {
    access('profile', bearerOf)(scene);
    scene.store.deleteAccount(scene.account.uid);
    return [];
  },
};

/** Prepares the state of an exchange and tells what to send before it. */
export function seed(exchange: Exchange, scene: Scene): readonly RecordedRequest[] {
  return SEEDS[exchange.n]?.(scene) ?? [];
}
