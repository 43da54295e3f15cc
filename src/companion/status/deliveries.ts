// The deliveries of a week, as a chart and as an equivalent table.
import { html } from 'hono/html';
import type { Markup, StatusFacts } from './facts.ts';
import { type Bin, binsOfWeek, daysOfWeek, legend, plot } from './plot.ts';
import { dayLabel, KIND_NAMES, KINDS, number } from './words.ts';

export function deliveriesSection({ state, now }: StatusFacts): Markup {
  if (state === undefined) return html``;
  const bins = binsOfWeek(state.deliveries, now);
  const none = bins.every(({ total }) => total === 0);
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
              <div class="scroll">${table(daysOfWeek(state.deliveries, now))}</div>
            </details>`
    }
  </section>`;
}

function table(days: readonly Bin[]): Markup {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Day</th>
        ${KIND_NAMES.map((kind) => html`<th scope="col" class="n">${KINDS[kind]}</th>`)}
        <th scope="col" class="n">all</th>
      </tr>
    </thead>
    <tbody>
      ${days.map(
        ({ from, counts, total }) =>
          html`<tr>
            <th scope="row">${dayLabel(from)}</th>
            ${KIND_NAMES.map((kind) => html`<td class="n">${number(counts[kind])}</td>`)}
            <td class="n">${number(total)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
