// The page of the to-do list: signs in through the companion (docs/web-sign-in.md) and shows the account's list.
/* global document, location, history, sessionStorage, fetch, crypto, btoa, setInterval, TextEncoder, URLSearchParams */

const { companion, accounts } = await (await fetch('/config.json')).json();
const find = (selector) => document.querySelector(selector);
const say = (text) => (find('[role=status]').textContent = text);

const FAILURES = {
  access_denied: 'You did not sign in.',
  temporarily_unavailable: 'Mozilla accounts does not answer. Try again in a few minutes.',
};
const FAILED = 'The sign-in did not succeed. Try again.';

/** What is kept of a sign-in, for as long as the tab is open: the access token and the companion session. */
const kept = () => JSON.parse(sessionStorage.getItem('signed-in') ?? 'null');

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');

async function signIn() {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem('verifier', verifier);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const parameters = new URLSearchParams({
    redirect: location.origin + '/',
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`${companion}/fxa-oauth/login?${parameters}`);
}

/** Redeems the code in the address, if this page asked for one and nobody is signed in; else ignores it. */
async function arrive() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  // Out of the history.
  history.replaceState(null, '', location.pathname);
  const verifier = sessionStorage.getItem('verifier');
  if (verifier === null || kept() !== null) return;
  sessionStorage.removeItem('verifier');
  const error = fragment.get('error');
  if (error !== null) say(FAILURES[error] ?? FAILED);
  const code = fragment.get('code');
  if (code === null) return;
  const redeemed = { code, code_verifier: verifier };
  const answer = await post(`${companion}/fxa-oauth/token`, redeemed).catch(() => undefined);
  if (answer?.ok) sessionStorage.setItem('signed-in', await answer.text());
  else say(FAILED);
}

function post(url, body, bearer) {
  const headers = {
    'content-type': 'application/json',
    ...(bearer && { authorization: `Bearer ${bearer}` }),
  };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function signOut() {
  const { session, access_token: token } = kept();
  forget('You are signed out.');
  await post(`${companion}/v1/session/end`, { refreshTokenIds: [] }, session);
  await post(`${accounts}/v1/destroy`, { token });
}

function forget(why) {
  sessionStorage.removeItem('signed-in');
  say(why);
  show([]);
}

function show(tasks) {
  const isSignedIn = kept() !== null;
  find('section').hidden = !isSignedIn;
  find('#sign-in').hidden = isSignedIn;
  find('ul').replaceChildren(
    ...tasks.map((task) => Object.assign(document.createElement('li'), { textContent: task })),
  );
}

/** The list of the account: read, or with one more task. */
async function tasks(task) {
  const { access_token: token } = kept();
  const headers = { authorization: `Bearer ${token}` };
  const answer = await (task === undefined ? fetch('/tasks', { headers }) : post('/tasks', { task }, token));
  if (answer.status === 401) return forget('Your sign-in has ended. Sign in again.');
  if (!answer.ok) return say('The list cannot be read now.');
  const { user, list } = await answer.json();
  find('code').textContent = user;
  say('You are signed in.');
  show(list);
}

/** Ends the sign-in here when the session was ended elsewhere. */
async function checkSession() {
  const signedIn = kept();
  if (signedIn === null) return;
  const headers = { authorization: `Bearer ${signedIn.session}` };
  const answer = await fetch(`${companion}/v1/session`, { headers }).catch(() => undefined);
  if (answer?.status === 401 && kept()?.session === signedIn.session)
    forget('Your sign-in has ended. Sign in again.');
}

find('#sign-in').addEventListener('click', () => void signIn());
find('#sign-out').addEventListener('click', () => void signOut());
find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void tasks(event.target.elements.task.value).then(() => event.target.reset());
});
document.addEventListener('visibilitychange', () => void checkSession());
setInterval(() => void checkSession(), 60_000);

await arrive();
show([]);
await checkSession();
if (kept() !== null) await tasks();
