/** The panel's section about events: faults, subscriptions, and the last deliveries. */
import { html } from 'hono/html';
import type { Faults } from '../faults/faults.ts';
import { FaultError } from '../faults/parse.ts';
import { EVENT_SWITCHES } from '../faults/presets.ts';
import type { Markup } from '../pages/layout.ts';
import type { Store } from '../store/store.ts';
import type { Delivery } from './deliveries.ts';
import type { Events } from './events.ts';

/** The state that the panel shows and changes. */
export interface Panel {
  readonly faults: Faults;
  readonly events: Events;
  readonly store: Store;
}

/** The capability that the panel adds and removes. */
const CAPABILITY = 'premium';

const nameOf = (store: Store, clientId: string) => store.clients.get(clientId)?.name ?? clientId;

function switches({ faults }: Panel): Markup[] {
  return EVENT_SWITCHES.filter(({ setting }) => !faults.settings[setting]).map(
    ({ setting, title, description }) =>
      html`<li>
        <div><strong>${title}</strong><span class="soft">${description}</span></div>
        <form class="inline" method="post">
          <input type="hidden" name="intent" value="switch-on" />
          <button class="quiet" type="submit" name="setting" value="${setting}" aria-label="Set: ${title}">
            Set
          </button>
        </form>
      </li>`,
  );
}

function subscriptions({ store, events }: Panel): Markup[] {
  return store.accounts.list().flatMap((account) =>
    events.clientsOf(account.uid).map((clientId) => {
      const has = account.subscriptions[clientId]?.includes(CAPABILITY) ?? false;
      const act = has ? 'Take away' : 'Give';
      return html`<li data-subscription="${clientId}">
        <div>
          <strong>${account.email} · ${nameOf(store, clientId)}</strong
          ><span class="soft">${CAPABILITY}: ${has ? 'yes' : 'no'}</span>
        </div>
        <form class="inline" method="post">
          <input type="hidden" name="intent" value="subscription" />
          <input type="hidden" name="uid" value="${account.uid}" />
          <input type="hidden" name="active" value="${has ? 'false' : 'true'}" />
          <button class="quiet" type="submit" name="client_id" value="${clientId}">${act}</button>
        </form>
      </li>`;
    }),
  );
}

function outcome({ acked, over, status }: Delivery): string {
  if (acked) return `${status ?? ''} acknowledged`.trim();
  if (over) return `${status ?? 'not sent'}, given up`;
  return status === undefined ? 'not sent yet' : `${status}, to be sent again`;
}

function deliveryRow(store: Store, delivery: Delivery): Markup {
  const { clientId, event, attempts } = delivery;
  return html`<li>
    <div>
      <strong>${event}</strong
      ><span class="soft"
        >${nameOf(store, clientId)} · ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}</span
      >
    </div>
    <span>${outcome(delivery)}</span>
  </li>`;
}

/** The number of deliveries shown. */
const SHOWN = 20;

/** The section with its headings. */
export function eventsSection(panel: Panel): Markup {
  const { events, store } = panel;
  const deliveries = events.deliveries().slice(-SHOWN).toReversed();
  const people = subscriptions(panel);
  return html`<h2>Events</h2>
    <p class="soft">
      What relying parties are told by webhook. For programs: <code>GET</code> and <code>POST</code>
      <code>/__standin/events</code>, or <code>npm run sign-set</code>.
    </p>
    <ul class="rows">
      ${switches(panel)}
    </ul>
    ${
      people.length === 0
        ? ''
        : html`<h2>Subscriptions</h2>
            <ul class="rows">
              ${people}
            </ul>`
    }
    <h2>Last events</h2>
    ${
      deliveries.length === 0
        ? html`<p class="soft">None yet, or no client receives them.</p>`
        : html`<ul class="rows" data-testid="deliveries">
            ${deliveries.map((delivery) => deliveryRow(store, delivery))}
          </ul>`
    }`;
}

/** Adds or removes the capability, by its form. Throws `FaultError`. */
export function changeSubscription({ store }: Panel, form: Readonly<Record<string, unknown>>): void {
  const account = store.accounts.byUid(String(form.uid));
  const client = store.clients.get(String(form.client_id));
  if (account === undefined || client === undefined) throw new FaultError('There is no such subscription.');
  store.setSubscription(account, client.id, [CAPABILITY], form.active === 'true');
}
