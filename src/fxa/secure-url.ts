// Which addresses may be spoken to: https anywhere, plain http only with this machine.

/** The parsed URL, or undefined unless it is https (or http on a loopback host) and carries neither credentials nor a fragment. */
export function secureUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  if (url.username !== '' || url.password !== '' || url.hash !== '' || value.includes('#')) return undefined;
  if (url.protocol === 'https:') return url;
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url : undefined;
}

/** `hostname` as the URL parser writes it: 127.0.0.0/8 in dotted form, `[::1]`, `localhost`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Issuers are compared without one trailing slash. FxA: it appears in some documents and never on the wire. */
export function withoutSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
}
