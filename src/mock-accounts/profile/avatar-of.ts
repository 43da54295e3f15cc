/** Which picture stands for an account, and where it is served. */
import type { Account } from '../store/types.ts';
import type { MockContext } from '../context.ts';

/** Id of the picture everybody had in 2019 who chose none. */
export const DEFAULT_AVATAR_ID = '00000000000000000000000000000000';

export interface ShownAvatar {
  readonly id: string;
  /** URL. */
  readonly avatar: string;
  readonly avatarDefault: boolean;
}

/** The letter a person without a picture is shown by. */
export function monogramLetter(account: Account): string {
  const text = (account.displayName ?? account.email).trim();
  const first = String.fromCodePoint(text.codePointAt(0) ?? 63).toUpperCase();
  return /^[\p{L}\p{N}]$/u.test(first) ? first : '?';
}

/** The account's picture. FxA: pictures chosen live on the image host, today's default ones at `/v1/avatar/<letter>`. */
export function avatarOf(context: MockContext, account: Account): ShownAvatar {
  const { origin, rules } = context;
  if (account.avatarId !== undefined) {
    return { id: account.avatarId, avatar: `${origin}/a/${account.avatarId}`, avatarDefault: false };
  }
  const url =
    rules.era === '2019'
      ? `${origin}/a/${DEFAULT_AVATAR_ID}`
      : `${origin}/v1/avatar/${encodeURIComponent(monogramLetter(account))}`;
  return { id: DEFAULT_AVATAR_ID, avatar: url, avatarDefault: true };
}
