// Decides which URLs may be contacted: https anywhere, http only on loopback.

/** The parsed URL; undefined unless it is https (or http on loopback) without credentials and fragment. */
export function secureUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '' || url.hash !== '' || value.includes('#')) return undefined;
  if (url.protocol === 'https:') return url;
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url : undefined;
}

/** `hostname` as normalized by the URL parser. True for 127.0.0.0/8, `[::1]` and `localhost`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Removes one trailing slash, to compare issuers. FxA: some documentation has it, responses never do. */
export function withoutSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
}
