// The status page's sections: clients, deliveries of a week, revocations, refusals.
import { html } from 'hono/html';
import { clientRows, type Facts, type InstanceFacts, type Markup, waitingGrants } from './facts.ts';
import { binsOfWeek, daysOfWeek, legend, plot } from './plot.ts';
import { ago, dayLabel, KIND_NAMES, KINDS, number, reasonInWords, whatToDo } from './words.ts';

/** Last events and sessions by client. */
export function clientsSection(facts: Facts): Markup {
  if (facts.state === undefined) return html``;
  const rows = clientRows(facts).map(({ id, name, lastEvent, sessions }) => [
    html`${name} <code>${id}</code>`,
    lastEvent,
    sessions,
  ]);
  return html`<section>
    <h2>Clients</h2>
    ${table(['Client', 'Last event', 'Sessions'], rows)}
  </section>`;
}

/** The deliveries of a week, as a chart and as an equivalent table. */
export function deliveriesSection({ state, now }: Facts): Markup {
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
export function failuresSection({ webhooks, queue, startedAt, now }: InstanceFacts): Markup {
  const named = (counts: InstanceFacts['queue'], names: typeof FAILURES) =>
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
export function revocationsSection({ clients, state, now }: Facts): Markup {
  if (state === undefined) return html``;
  const { pending, setAside } = state.revocations;
  const waiting = pending === 0 ? 'None waiting' : waitingGrants(state.revocations, now);
  const rows = setAside.map(({ clientId, why, count }) => [
    clients.get(clientId)?.name ?? clientId,
    html`<code>${why}</code> ${whatToDo(why)}`,
    count,
  ]);
  return html`<section>
    <h2>Grants to be destroyed after sign-outs</h2>
    <p>${waiting}.</p>
    ${rows.length === 0 ? '' : table(['Set aside for', 'Why, and what to do', 'Grants'], rows)}
  </section>`;
}

/** Numbers are formatted and aligned right. */
type Cell = string | number | Markup;

/** A table that scrolls by itself where it is too wide. The first cell of each row names the row. */
function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const isNumber = (column: number) => typeof rows[0]?.[column] === 'number';
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${titles.map((title, column) => html`<th scope="col" class="${isNumber(column) ? 'n' : ''}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(content: Cell): Markup {
  return typeof content === 'number'
    ? html`<td class="n">${number(content)}</td>`
    : html`<td>${content}</td>`;
}
