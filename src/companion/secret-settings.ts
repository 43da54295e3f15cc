// COMPANION_SECRETS and COMPANION_OPERATOR_PASSWORD: each may be a new one and the one it replaces, separated by a comma.
import * as v from 'valibot';

const HEX = /^(?:[0-9a-f]{2}){32,}$/i;
const SHORT = 'must be at least 32 bytes in hex';
const bytesOf = (value: string): Uint8Array => Buffer.from(value, 'hex');

/** 32 bytes or more. */
export const hexBytes = v.pipe(v.string(), v.regex(HEX, SHORT), v.transform(bytesOf));

const twoAtMost = (fault: string) =>
  v.pipe(
    v.string(),
    v.transform((value) => value.split(',').map((one) => one.trim())),
    v.maxLength(2, fault),
  );

/** The new one first; one alone ends the rotation. */
export const secretList = v.pipe(
  twoAtMost('takes two secrets at most: the new one, and the one it replaces'),
  v.check(([one, other]) => one?.toLowerCase() !== other?.toLowerCase(), 'has the same secret twice'),
  v.everyItem((one) => HEX.test(one), SHORT),
  v.transform((both) => both.map(bytesOf)),
);

export const passwords = v.pipe(
  twoAtMost('takes two passwords at most, separated by a comma'),
  v.everyItem(
    (one) => one.length >= 16,
    'must have at least 16 characters, since it is exposed to the network',
  ),
  v.transform((both) => both.join(',')),
);

/** What is wrong between the two variables of the secret; one sentence each. */
export function secretFaults(given: Readonly<Record<string, unknown>>): readonly string[] {
  const [one, both] = ['COMPANION_SECRET' in given, 'COMPANION_SECRETS' in given];
  if (one && both)
    return ['Set either COMPANION_SECRET or, while it is replaced, COMPANION_SECRETS (new,old).'];
  if (one || both) return [];
  return ['COMPANION_SECRET is missing: 32 random bytes in hex, such as "openssl rand -hex 32" prints.'];
}
