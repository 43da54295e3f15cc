// The status page's sections: clients, deliveries of a week, revocations, refusals.
import { html } from 'hono/html';
import type { Markup, StatusFacts } from './facts.ts';
import { binsOfWeek, daysOfWeek, legend, plot } from './plot.ts';
import { table } from './table.ts';
import { ago, counted, dayLabel, KIND_NAMES, KINDS, reasonInWords, whatToDo } from './words.ts';

/** Configured clients, and former ones that still have sessions. */
export function clientsSection({ clients, state, now }: StatusFacts): Markup {
  if (state === undefined) return html``;
  const ids = new Set([...clients.keys(), ...Object.keys(state.clients)]);
  const rows = [...ids].map((clientId) => {
    const { lastEvent, sessions = 0 } = state.clients[clientId] ?? {};
    const name = clients.get(clientId)?.name ?? 'no longer configured';
    return [
      html`${name} <code>${clientId}</code>`,
      lastEvent === undefined ? 'none yet' : `${KINDS[lastEvent.kind]}, ${ago(lastEvent.at, now)}`,
      sessions,
    ];
  });
  return html`<section>
    <h2>Clients</h2>
    ${table(['Client', 'Last event', 'Sessions'], rows)}
  </section>`;
}

/** The deliveries of a week, as a chart and as an equivalent table. */
export function deliveriesSection({ state, now }: StatusFacts): Markup {
  if (state === undefined) return html``;
  const bins = binsOfWeek(state.deliveries, now);
  const none = bins.every(({ total }) => total === 0);
  const titles = ['Day', ...KIND_NAMES.map((kind) => KINDS[kind]), 'all'];
  const days = daysOfWeek(state.deliveries, now).map(({ from, counts, total }) => [
    dayLabel(from),
    ...KIND_NAMES.map((kind) => counts[kind]),
    total,
  ]);
  return html`<section>
    <h2>
      Events about people known here, last seven days <span class="soft">in columns of three hours, UTC</span>
    </h2>
    ${
      none
        ? html`<p class="soft">None.</p>`
        : html`<div class="plot scroll">${plot(bins)}</div>
            ${legend(bins)}
            <details>
              <summary>The same as a table</summary>
              ${table(titles, days)}
            </details>`
    }
  </section>`;
}

const FAILURES: Readonly<Record<string, string>> = {
  refused: 'refused',
  unavailable: 'sent back for later',
  ignored: 'taken and ignored',
};
const QUEUE_FAILURES: typeof FAILURES = {
  refused: 'refused, left in the queue',
  unavailable: 'left in the queue for later',
  ignored: 'taken from the queue and ignored',
};

/** Deliveries and messages of the queue that were not accepted, by reason. */
export function failuresSection({ webhooks, queue, startedAt, now }: StatusFacts): Markup {
  const named = (counts: StatusFacts['queue'], names: typeof FAILURES) =>
    counts.flatMap(({ outcome, what, count }) => {
      const name = names[outcome];
      return name === undefined ? [] : [{ what, name, count }];
    });
  const rows = [...named(webhooks, FAILURES), ...named(queue, QUEUE_FAILURES)]
    .sort((a, b) => b.count - a.count)
    .map(({ what, name, count }) => [reasonInWords(what), name, count]);
  return html`<section>
    <h2>Refused, since this instance started <span class="soft">${ago(startedAt, now)}</span></h2>
    ${rows.length === 0 ? html`<p class="soft">Nothing.</p>` : table(['Why', 'Outcome', 'Deliveries'], rows)}
  </section>`;
}

/** Grants still to be destroyed after sign-outs. */
export function revocationsSection({ clients, state, now }: StatusFacts): Markup {
  if (state === undefined) return html``;
  const { pending, oldest, setAside } = state.revocations;
  const waiting =
    pending === 0
      ? 'None waiting.'
      : `${counted(pending, 'grant')} waiting${oldest === undefined ? '' : `, the oldest came ${ago(oldest, now)}`}.`;
  const rows = setAside.map(({ clientId, why, count }) => [
    clients.get(clientId)?.name ?? clientId,
    html`<code>${why}</code> ${whatToDo(why)}`,
    count,
  ]);
  return html`<section>
    <h2>Grants to be destroyed after sign-outs</h2>
    <p>${waiting}</p>
    ${rows.length === 0 ? '' : table(['Set aside for', 'Why, and what to do', 'Grants'], rows)}
  </section>`;
}
