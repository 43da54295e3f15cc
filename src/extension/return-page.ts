// The host permission under which a tab's address at the return page may be seen. Pages ask for it, the background checks it.

/**
 * The match pattern of the return page. Without its port: Firefox has no patterns with one, and Chromium takes none for
 * any. Both ignore the path of a host permission, so what a person grants is the host. Pure.
 */
export function returnPagePattern(returnPage: string): string {
  const { protocol, hostname, pathname } = new URL(returnPage);
  return `${protocol}//${hostname}${pathname}*`;
}
