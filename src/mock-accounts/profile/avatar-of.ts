/** Which picture stands for an account, and where it is served. */
import { crash } from '../problems.ts';
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

const LETTER = /^[A-Za-z0-9]/;

/**
 * The letter for a person without a picture, as it was typed: of the display name, or where that begins otherwise, of
 * the address, if the caller may see it. FxA: the profile server trips where neither has one.
 */
export function monogramLetter(account: Account, seesEmail = true): string {
  const names = [account.displayName ?? '', seesEmail ? account.email : ''];
  const letter = names.find((name) => LETTER.test(name))?.[0];
  if (letter === undefined) throw crash();
  return letter;
}

/** The account's picture. FxA: pictures chosen live on the image host, letters at `/v1/avatar/<letter>`. */
export function avatarOf(context: MockContext, account: Account, seesEmail = true): ShownAvatar {
  const { origin, rules } = context;
  if (account.avatarId !== undefined) {
    return { id: account.avatarId, avatar: `${origin}/a/${account.avatarId}`, avatarDefault: false };
  }
  if (!rules.monograms) {
    return { id: DEFAULT_AVATAR_ID, avatar: `${origin}/a/${DEFAULT_AVATAR_ID}`, avatarDefault: true };
  }
  const letter = monogramLetter(account, seesEmail);
  return { id: DEFAULT_AVATAR_ID, avatar: `${origin}/v1/avatar/${letter}`, avatarDefault: false };
}
