// Types of debian.mjs, which is plain JavaScript because it may have to run before anything is installed.
export function unprivileged(): { readonly uid?: number; readonly gid?: number };
