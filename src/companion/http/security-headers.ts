// Security headers for every response: no scripts, framing, sniffing or referrers.
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

const TWO_YEARS = 2 * 365 * 24 * 3600;

/** Pages with styles set their own policy, which is kept. `loopback`: no HTTPS, so no HSTS. */
export function securityHeaders(loopback: boolean): MiddlewareHandler {
  return secureHeaders({
    overwrite: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xContentTypeOptions: 'nosniff',
    strictTransportSecurity: loopback ? false : `max-age=${TWO_YEARS}; includeSubDomains`,
    crossOriginResourcePolicy: 'same-origin',
    // Obsolete, or already covered by the policy.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
    removePoweredBy: false,
  });
}
