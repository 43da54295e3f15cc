/** The front page, for people who open the stand-in's address in a browser. */
import { html } from 'hono/html';
import { READY_PASSWORD } from '../seed.ts';
import type { World } from '../context.ts';
import type { Page } from './layout.ts';

/** What this is, who can sign in, and where to look. */
export function frontPage(world: World): Page {
  const accounts = world.store.accounts.list();
  return {
    title: 'Mozilla accounts, stand-in',
    wide: true,
    body: html`<h1>Mozilla accounts, on your machine</h1>
      <p>
        A stand-in to build on without a client id, an account or a network. It plays the servers of
        <strong>${world.rules.era}</strong>.
      </p>
      <p>
        <a href="/settings#connected-services">Connected services</a> ·
        <a href="/.well-known/openid-configuration">Discovery document</a> ·
        <a href="/__standin/">Faults</a>
      </p>
      <h2>Accounts</h2>
      <p class="soft">The ready ones all have the password <code>${READY_PASSWORD}</code>.</p>
      <ul>
        ${accounts.map(({ email, displayName }) => html`<li>${email}${displayName === undefined ? '' : html` — <span dir="auto">${displayName}</span>`}</li>`)}
      </ul>
      <h2>Clients</h2>
      <ul>
        ${[...world.store.clients.values()].map(({ id, name }) => html`<li><code>${id}</code> ${name}</li>`)}
      </ul>`,
  };
}
