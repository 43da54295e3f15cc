// The clients this companion serves, and the keyed hash that identifies their accounts.
import { createHmac } from 'node:crypto';

/** One client registered at Mozilla accounts. */
export interface Client {
  /** 16 hexadecimal digits. */
  readonly clientId: string;
  /** Shown to operators, and the suffix of user ids: `fxa:<uid>-<name>`. */
  readonly name: string;
  /** Space-separated. Tokens that lack any of these scopes are refused. */
  readonly scope: string;
  /** Clients in one space share their data (two builds of one product); different spaces never see each other's. */
  readonly space: string;
  /** Whether Mozilla issues JWT access tokens to this client; otherwise they are opaque. */
  readonly jwt: boolean;
  /** Whether a sign-out of this client ends the account's sessions of all clients in its space. Default: only its own. */
  readonly everywhere?: boolean;
  /** The `Origin` registered for server-side metrics; without it `engage` is not sent. */
  readonly origin?: string;
}

/** What tells in which space a client's accounts are. */
export type ClientSpace = Pick<Client, 'clientId' | 'space'>;

export type Clients = ReadonlyMap<string, Client>;

/** HMAC-SHA256, 32 bytes. Without the secret an account can't be identified, nor linked between two spaces. */
export function accountKey(secret: Uint8Array, { space }: Pick<Client, 'space'>, uid: string): Buffer {
  return createHmac('sha256', secret).update(`${space}\0${uid}`).digest();
}

export interface Secrets {
  /** 32 bytes: the key of account hashes. */
  readonly secret: Uint8Array;
  /** The one it replaces, during a rotation. */
  readonly formerSecret?: Uint8Array | undefined;
}

/** By what an account is known: its key, and during a rotation the one it may still have. */
export interface AccountKeys {
  readonly account: Buffer;
  readonly former?: Buffer;
}

/** The key of an account in a client's space, and during a rotation the former one too. */
export function accountKeys(secrets: Secrets, client: Pick<Client, 'space'>, uid: string): AccountKeys {
  const { secret, formerSecret } = secrets;
  return {
    account: accountKey(secret, client, uid),
    ...(formerSecret && { former: accountKey(formerSecret, client, uid) }),
  };
}

/** All keys by which an account may be known. */
export function everyKey({ account, former }: AccountKeys): readonly Buffer[] {
  return former ? [account, former] : [account];
}

/**
 * An account's name in evictions and between instances: the first 16 bytes of its `accountKey`, long enough to identify
 * it and short enough for 256 in one notification of PostgreSQL.
 */
export function accountName(key: Buffer): string {
  return key.toString('base64url', 0, 16);
}
