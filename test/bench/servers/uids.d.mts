// Types of uids.mjs, which is plain JavaScript because the yardstick runs without a build.

/** The uid of the nth person. */
export function uidOf(n: number): string;

/** The uids of so many people. */
export function uidsOf(count: number): string[];

/** The tokens of so many companion sessions. */
export function sessionTokens(count: number): string[];
