/** Codes, access tokens and refresh tokens. Tokens are kept by the hash of their bytes. */
import { randomHex, tokenId } from './random.ts';
import type { AccessToken, Authorization, Code, RefreshToken } from './types.ts';

type Of<T extends Authorization> = (item: T) => boolean;

export interface Tokens {
  addCode(code: Omit<Code, 'code' | 'createdAt'> & Partial<Code>): Code;
  findCode(code: string): Code | undefined;
  removeCode(code: string): void;
  /** `life` in seconds. The token is random unless given; it is returned, never kept. */
  addAccessToken(item: Authorization & Partial<AccessToken> & { token?: string; life: number }): {
    token: string;
    item: AccessToken;
  };
  findAccessToken(token: string): AccessToken | undefined;
  accessTokenById(id: string): AccessToken | undefined;
  removeAccessToken(id: string): boolean;
  addRefreshToken(item: Authorization & Partial<RefreshToken> & { token?: string }): {
    token: string;
    item: RefreshToken;
  };
  findRefreshToken(token: string): RefreshToken | undefined;
  refreshTokenById(id: string): RefreshToken | undefined;
  removeRefreshToken(id: string): boolean;
  accessTokens(): AccessToken[];
  refreshTokens(): RefreshToken[];
  /** Removes every code and token the test picks. */
  removeWhere(picked: Of<Authorization>, except?: { readonly codes: boolean }): void;
  /**
   * Every client the person has ever signed in to, whatever became of the tokens. FxA: the event broker keeps such a
   * list.
   */
  clientsOf(uid: string): readonly string[];
  /** FxA: the list ends with the account. */
  forgetClientsOf(uid: string): void;
}

/** No codes and tokens yet. */
export function createTokens(now: () => number, forgetsExpired = false): Tokens {
  const codes = new Map<string, Code>();
  const access = new Map<string, AccessToken>();
  const refresh = new Map<string, RefreshToken>();
  const clients = new Map<string, Set<string>>();
  const noteClient = ({ uid, clientId }: Authorization) =>
    clients.set(uid, (clients.get(uid) ?? new Set()).add(clientId));
  const accessById = (id: string) => {
    const found = access.get(id);
    return forgetsExpired && found !== undefined && found.expiresAt <= now() ? undefined : found;
  };
  return {
    addCode(item) {
      const added: Code = { code: randomHex(32), createdAt: now(), ...item };
      codes.set(added.code, added);
      noteClient(added);
      return added;
    },
    findCode: (code) => codes.get(code),
    removeCode: (code) => void codes.delete(code),
    addAccessToken({ token = randomHex(32), life, ...rest }) {
      const createdAt = rest.createdAt ?? now();
      const expiresAt = createdAt + life * 1000;
      const item: AccessToken = {
        profileChangedAt: 0,
        expiresAt,
        ...rest,
        createdAt,
        id: rest.id ?? tokenId(token),
      };
      access.set(item.id, item);
      return { token, item };
    },
    findAccessToken: (token) => accessById(tokenId(token)),
    accessTokenById: accessById,
    removeAccessToken: (id) => access.delete(id),
    addRefreshToken({ token = randomHex(32), ...rest }) {
      const createdAt = rest.createdAt ?? now();
      const item: RefreshToken = { lastUsedAt: createdAt, ...rest, createdAt, id: rest.id ?? tokenId(token) };
      refresh.set(item.id, item);
      noteClient(item);
      return { token, item };
    },
    findRefreshToken: (token) => refresh.get(tokenId(token)),
    refreshTokenById: (id) => refresh.get(id),
    removeRefreshToken: (id) => refresh.delete(id),
    accessTokens: () => [...access.values()],
    refreshTokens: () => [...refresh.values()],
    removeWhere(picked, except) {
      for (const item of codes.values()) if (except?.codes !== true && picked(item)) codes.delete(item.code);
      for (const item of access.values()) if (picked(item)) access.delete(item.id);
      for (const item of refresh.values()) if (picked(item)) refresh.delete(item.id);
    },
    clientsOf: (uid) => [...(clients.get(uid) ?? [])],
    forgetClientsOf: (uid) => void clients.delete(uid),
  };
}
