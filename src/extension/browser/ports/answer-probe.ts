// Detects when the sign-in server responds, which is when Firefox shows the window; Firefox has no event for it.

/**
 * Requests the sign-in page once, and resolves when its server responds. The request has no parameters and no cookies,
 * so it cannot sign in or cause a second code, as a second `launchWebAuthFlow` would.
 *
 * @throws what `fetch` throws without a response.
 */
export async function probeAnswer(authorizationUrl: string, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(authorizationUrl);
  const response = await fetch(origin + pathname, {
    // Nothing is read, and in this mode no `Origin` header identifies the extension.
    mode: 'no-cors',
    credentials: 'omit',
    // Otherwise the cache would serialize this request with the browser's own.
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
  });
  await response.body?.cancel();
}
