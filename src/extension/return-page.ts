// The host permission for reading a tab's URL at the return page. Pages request it, the background checks it.

/**
 * The match pattern of the return page, without its port: Firefox does not support ports in patterns, and Chromium
 * matches any. Both ignore the path of a host permission, so the user grants the host. Pure.
 */
export function returnPagePattern(returnPage: string): string {
  const { protocol, hostname, pathname } = new URL(returnPage);
  return `${protocol}//${hostname}${pathname}*`;
}
