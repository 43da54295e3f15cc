// The tokens of the bench, signed before it begins: what FxA's broker sends, and what people show.
import { generateKeyPair, randomBytes, randomUUID, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { eventUri } from '../../src/mock-accounts/events/event.ts';
import { uidOf } from './servers/uids.mjs';

export const CLIENT_ID = 'a1b2c3d4e5f60718';
export const SCOPE = 'profile:uid';
const KID = '2026-11-21-bench';

type Claims = Readonly<Record<string, unknown>>;

export interface Signer {
  /** What Mozilla accounts publishes. */
  readonly keys: readonly object[];
  readonly sign: (header: Claims, claims: Claims) => Promise<string>;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function createSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  // With a callback Node signs on all cores.
  const signed = promisify(sign);
  return {
    keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: KID }],
    sign: async (header, claims) => {
      const text = `${part({ alg: 'RS256', kid: KID, ...header })}.${part(claims)}`;
      const signature = await signed('sha256', Buffer.from(text), privateKey);
      return `${text}.${signature.toString('base64url')}`;
    },
  };
}

/** Writes the tokens into a file, one a line. */
async function write(file: string, count: number, token: (n: number) => Promise<string>): Promise<void> {
  const tokens: string[] = [];
  const STEP = 1000;
  for (let from = 0; from < count; from += STEP) {
    const step = Array.from({ length: Math.min(STEP, count - from) }, (_, index) => token(from + index));
    tokens.push(...(await Promise.all(step)));
  }
  writeFileSync(file, `${tokens.join('\n')}\n`);
}

export interface Wanted {
  readonly file: string;
  readonly issuer: string;
  readonly count: number;
  /** How many people they are about, in turn. */
  readonly people: number;
}

/** Changes of passwords, each with its own `jti` and its own instant. FxA: `iat` has a fraction, and there is no `exp`. */
export function writeSets(signer: Signer, { file, issuer, count, people }: Wanted): Promise<void> {
  const now = Date.now();
  return write(file, count, (n) =>
    signer.sign(
      {},
      {
        iss: issuer,
        sub: uidOf(n % people),
        aud: CLIENT_ID,
        iat: (now + 0.5) / 1000,
        jti: randomUUID(),
        events: { [eventUri('password-change')]: { changeTime: now - count + n } },
      },
    ),
  );
}

/** JWT access tokens (RFC 9068), good for a day. */
export function writeAccessTokens(signer: Signer, { file, issuer, count, people }: Wanted): Promise<void> {
  const iat = Math.floor(Date.now() / 1000);
  return write(file, count, (n) =>
    signer.sign(
      { typ: 'at+jwt' },
      {
        iss: issuer,
        sub: uidOf(n % people),
        aud: CLIENT_ID,
        client_id: CLIENT_ID,
        scope: SCOPE,
        iat,
        exp: iat + 86_400,
        jti: randomUUID(),
      },
    ),
  );
}

/** Access tokens that only Mozilla accounts can tell about. */
export function writeOpaqueTokens(file: string, count: number): Promise<void> {
  return write(file, count, () => Promise.resolve(randomBytes(32).toString('hex')));
}
