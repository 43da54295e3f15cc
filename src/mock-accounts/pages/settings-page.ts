/** The settings page: connected services, password, metrics, deletion, sign-out. */
import { html } from 'hono/html';
import { PASSWORD_MIN } from '../auth/accounts.ts';
import type { SignedIn } from '../auth/session.ts';
import type { Account } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import { person } from './forms.ts';
import type { Markup, Page } from './layout.ts';

interface Connection {
  readonly clientId: string;
  readonly name: string;
  readonly scope: string;
}

/** Which clients have a live token of this person. */
function connections(context: MockContext, uid: string): Connection[] {
  const { store } = context;
  const items = [...store.liveGrants(), ...store.liveAccessTokens()].filter((item) => item.uid === uid);
  return [...new Set(items.map((item) => item.clientId))].map((clientId) => ({
    clientId,
    name: store.clients.get(clientId)?.name ?? clientId,
    scope: [
      ...new Set(items.filter((item) => item.clientId === clientId).flatMap((item) => item.scope.split(' '))),
    ].join(' '),
  }));
}

function row(connection: Connection): Markup {
  return html`<li data-client-id="${connection.clientId}">
    <div><strong>${connection.name}</strong><span class="soft">${connection.scope}</span></div>
    <form class="inline" method="post">
      <input type="hidden" name="intent" value="disconnect" />
      <input type="hidden" name="client_id" value="${connection.clientId}" />
      <button class="quiet" type="submit">Disconnect</button>
    </form>
  </li>`;
}

/** FxA: what a person says here is `metricsEnabled` in the profile. */
function metricsForm({ metricsEnabled }: Account): Markup {
  return html`<h2>Data collection and use</h2>
    <form method="post">
      <input type="hidden" name="intent" value="metrics" />
      <label for="metrics">
        <input id="metrics" name="metrics" type="checkbox" ${metricsEnabled ? 'checked' : ''} />
        Help improve Mozilla Account
      </label>
      <p><button class="quiet" type="submit">Save</button></p>
    </form>`;
}

/** The page; `problem` is what went wrong with the last form. */
export function settingsPage(context: MockContext, who: SignedIn, problem?: string): Page {
  const services = connections(context, who.account.uid);
  return {
    title: 'Settings',
    wide: true,
    body: html`<h1>Settings</h1>
      ${person(context, who.account)} ${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
      <h2 id="connected-services">Connected services</h2>
      ${
        services.length === 0
          ? html`<p class="soft">Nothing is connected to this account.</p>`
          : html`<ul class="rows">
              ${services.map(row)}
            </ul>`
      }
      <h2>Password</h2>
      <form method="post">
        <input type="hidden" name="intent" value="change-password" />
        <label for="password">Current password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
        <label for="new_password">New password</label>
        <input
          id="new_password"
          name="new_password"
          type="password"
          autocomplete="new-password"
          required
          minlength="${PASSWORD_MIN}"
        />
        <p><button class="quiet" type="submit">Change password</button></p>
      </form>
      ${context.rules.metricsEvents ? metricsForm(who.account) : ''}
      <h2>Account</h2>
      <form method="post">
        <input type="hidden" name="intent" value="delete-account" />
        <label for="delete_password">Password</label>
        <input
          id="delete_password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
        />
        <p><button class="danger" type="submit">Delete account</button></p>
      </form>
      <form method="post">
        <input type="hidden" name="intent" value="sign-out" />
        <button class="quiet" type="submit">Sign out</button>
      </form>`,
  };
}
