// What whoever administers this browser demands of the extension. docs/policy.md says how it is set.

export interface Policy {
  /** No sign-in outlives the browser's session: the refresh token is never written to disk. */
  readonly sessionOnly: boolean;
  /** No metrics, whatever the person or the profile allows. */
  readonly metricsOff: boolean;
  /** Domain of the addresses people sign in with, in lower case; for hints only, it keeps nobody out. */
  readonly emailDomain?: string;
}

// RFC 1123, section 2.1, and at least two labels. Other alphabets come as punycode.
const DOMAIN =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Reads what `storage.managed` holds. What it does not know, and what is of another type, counts as not set. Pure. */
export function parsePolicy(value: unknown): Policy {
  const { sessionOnly, metricsOff, emailDomain } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const domain = typeof emailDomain === 'string' ? emailDomain.toLowerCase() : '';
  return {
    sessionOnly: sessionOnly === true,
    metricsOff: metricsOff === true,
    ...(DOMAIN.test(domain) && { emailDomain: domain }),
  };
}
