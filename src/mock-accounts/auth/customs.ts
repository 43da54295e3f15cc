/** FxA's customs server: too many sign-ins with a wrong password are blocked for a while. */

/** How long an address stays blocked. Seconds. */
export const BLOCKED_FOR = 900;

export interface Customs {
  /** Seconds that an address stays blocked, or undefined when it is not. */
  blockedFor(email: string): number | undefined;
  /** Counts a sign-in with a wrong password. */
  noteWrongPassword(email: string): void;
}

/** `allowed` is how many wrong passwords pass before the block. `now` in milliseconds. */
export function createCustoms(now: () => number, allowed: number): Customs {
  const wrong = new Map<string, { count: number; last: number }>();
  const find = (email: string) => {
    const found = wrong.get(email.toLowerCase());
    return found !== undefined && now() - found.last < BLOCKED_FOR * 1000 ? found : undefined;
  };
  return {
    blockedFor(email) {
      const found = find(email);
      if (found === undefined || found.count < allowed) return undefined;
      return Math.ceil(BLOCKED_FOR - (now() - found.last) / 1000);
    },
    noteWrongPassword(email) {
      wrong.set(email.toLowerCase(), { count: (find(email)?.count ?? 0) + 1, last: now() });
    },
  };
}
