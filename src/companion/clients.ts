// The relying parties this companion serves, and the keyed hash under which it knows their accounts.
import { createHmac } from 'node:crypto';

/** One client registered at Mozilla accounts. */
export interface Client {
  /** 16 hexadecimal digits. */
  readonly clientId: string;
  /** What operators read, and what user ids end with: `fxa:<uid>-<name>`. */
  readonly name: string;
  /** Space-separated; a token without them is none of this client's. */
  readonly scope: string;
  /** Clients of one space share their data (two builds of one product); others never see each other's. */
  readonly space: string;
  /** Whether Mozilla issues JWT access tokens to it; all others are opaque. */
  readonly jwt: boolean;
  /** The `Origin` registered for server-side metrics; without one there is no `engage`. */
  readonly origin?: string;
}

export type Clients = ReadonlyMap<string, Client>;

/** 32 bytes. Without the secret nobody tells whose account it is, nor that two spaces know the same person. */
export function accountKey(secret: Uint8Array, { space }: Client, uid: string): Buffer {
  return createHmac('sha256', secret).update(`${space}\0${uid}`).digest();
}
