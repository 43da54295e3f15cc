/**
 * The last step: a page whose script asks for the code and then goes to where the server says. FxA: the redirect is
 * always by script.
 */
import { html } from 'hono/html';
import type { Page } from './layout.ts';
import type { PageRequest } from './request.ts';

const ASK_AND_GO = `
const { carried = '', ...request } = data;
fetch('/v1/oauth/authorization', {
  method: 'POST',
  credentials: 'same-origin',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(request),
})
  .then(async (response) => ({ ok: response.ok, body: await response.json() }))
  .then(({ ok, body }) => {
    if (!ok) throw new Error(body.message + ' (' + body.errno + ')');
    location.href = body.redirect + carried;
  })
  .catch((error) => {
    const problem = document.getElementById('problem');
    problem.textContent = error.message;
    problem.hidden = false;
  });
`;

const GO = 'location.href = data;';

/**
 * Asks for the code of this request, leaves the keys for the client with it, and goes back to the client. FxA: the page
 * adds by itself what the person did.
 */
export function finishPage(request: PageRequest, did?: 'signin' | 'signup', keysJwe?: string): Page {
  const { client, redirectUri, scope, state, accessType, codeChallenge, acrValues, maxAge } = request;
  return {
    title: 'Signing in',
    body: html`<h1>Signing you in…</h1>
      <p class="soft">to <strong>${client.name}</strong></p>
      <p role="alert" id="problem" hidden></p>
      <noscript><p role="alert">This page needs JavaScript, as the real one does.</p></noscript>`,
    script: ASK_AND_GO,
    data: {
      client_id: client.id,
      redirect_uri: redirectUri,
      scope,
      state,
      access_type: accessType,
      code_challenge: codeChallenge,
      code_challenge_method: codeChallenge === undefined ? undefined : 'S256',
      acr_values: acrValues,
      max_age: maxAge,
      keys_jwe: keysJwe,
      carried: did === undefined ? undefined : `&action=${did}`,
    },
  };
}

/** Goes straight to an address, by script. */
export function goPage(url: string): Page {
  return { title: 'Redirecting', body: html`<h1>Going back…</h1>`, script: GO, data: url };
}
