// Normalizes a typed address to an origin.

/**
 * Lowercase, without a trailing slash and default port. Returns an invalid address unchanged, for validation to reject.
 * Pure.
 */
export function originOf(address: string): string {
  try {
    return new URL(address).origin;
  } catch {
    return address;
  }
}
