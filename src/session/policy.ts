// The policy set by the browser's administrator. docs/policy.md says how to set it.

export interface Policy {
  /** Sessions end with the browser: the refresh token is never written to disk. */
  readonly sessionOnly: boolean;
  /** No metrics, whatever user and profile allow. */
  readonly metricsOff: boolean;
  /** Expected domain of email addresses, in lower case. Only a hint; other addresses can still sign in. */
  readonly emailDomain?: string;
}

// RFC 1123, section 2.1, and at least two labels. Other alphabets come as punycode.
const DOMAIN =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The keys of `storage.managed`; public/managed-schema.json describes them. */
export const POLICIES = [
  'sessionOnly',
  'metricsOff',
  'emailDomain',
] as const satisfies readonly (keyof Policy)[];

/** Parses `storage.managed`. Unknown keys and values of the wrong type count as not set. Pure. */
export function parsePolicy(value: unknown): Policy {
  const { sessionOnly, metricsOff, emailDomain } = (value ?? {}) as Readonly<
    Record<(typeof POLICIES)[number], unknown>
  >;
  const domain = typeof emailDomain === 'string' ? emailDomain.toLowerCase() : '';
  return {
    sessionOnly: sessionOnly === true,
    metricsOff: metricsOff === true,
    ...(DOMAIN.test(domain) && { emailDomain: domain }),
  };
}
