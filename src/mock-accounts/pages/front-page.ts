/** The front page, for people who open the mock server's address in a browser. */
import { html } from 'hono/html';
import { SEED_PASSWORD } from '../seed.ts';
import type { MockContext } from '../context.ts';
import type { Page } from './layout.ts';

/** What this is, who can sign in, and where to look. */
export function frontPage(context: MockContext): Page {
  const accounts = context.store.accounts.list();
  return {
    title: 'Mozilla accounts, mock server',
    wide: true,
    body: html`<h1>Mozilla accounts, on your machine</h1>
      <p>
        A mock server to build on without a client id, an account or a network. It plays the servers of
        <strong>${context.rules.era}</strong>.
      </p>
      <p>
        <a href="/settings#connected-services">Connected services</a> ·
        <a href="/.well-known/openid-configuration">Discovery document</a> ·
        <a href="/__standin/">Faults</a>
      </p>
      <h2>Accounts</h2>
      <p class="soft">The ready ones all have the password <code>${SEED_PASSWORD}</code>.</p>
      <ul>
        ${accounts.map(({ email, displayName }) => html`<li>${email}${displayName === undefined ? '' : html` — <span dir="auto">${displayName}</span>`}</li>`)}
      </ul>
      <h2>Clients</h2>
      <ul>
        ${[...context.store.clients.values()].map(({ id, name }) => html`<li><code>${id}</code> ${name}</li>`)}
      </ul>`,
  };
}
