// An address as a person types it, made into the origin that is meant.

/** Without a slash, in small letters, without the usual port. What is no address stays as it is, to be refused. Pure. */
export function originOf(address: string): string {
  try {
    return new URL(address).origin;
  } catch {
    return address;
  }
}
