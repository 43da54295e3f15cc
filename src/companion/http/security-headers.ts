// What every answer says to browsers: run nothing, frame nothing, guess nothing, tell nobody.
import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

const TWO_YEARS = 2 * 365 * 24 * 3600;

/** Pages with styles bring a policy of their own, which stands. `loopback`: without HTTPS, and so without HSTS. */
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
    // For browsers and plug-ins that are no more, or said by the policy already.
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
