// When the server of a sign-in page answers: what Firefox waits for before it shows the window, and does not tell.

/**
 * Asks for the sign-in page once, and settles when its server has answered. The request says nothing of the person or of the
 * attempt: no parameters, no cookies. So it signs nobody in, and a server that knows the browser issues no second code for it.
 * A second `launchWebAuthFlow` would do both.
 *
 * @throws whatever `fetch` throws, when there was no answer.
 */
export async function probeAnswer(authorizationUrl: string, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(authorizationUrl);
  const response = await fetch(origin + pathname, {
    // The page allows no reading from outside, and needs none; with this mode no `Origin` names the extension either.
    mode: 'no-cors',
    credentials: 'omit',
    // Otherwise the browser's cache answers the browser's own request and this one after each other.
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
  });
  await response.body?.cancel();
}
