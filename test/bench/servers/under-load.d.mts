// Types of under-load.mjs, which is plain JavaScript because the yardstick runs without a build.
export type Questions = Readonly<Record<string, () => unknown>>;

/** Says where the server is; from then on answers questions, and ends with the process that asks. */
export function underLoad(origin: string, questions?: Questions): void;
