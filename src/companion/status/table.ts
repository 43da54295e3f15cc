// A table of the status page.
import { html } from 'hono/html';
import type { Markup } from './facts.ts';
import { number } from './words.ts';

/** Numbers are formatted and aligned right. */
type Cell = string | number | Markup;

/** Renders a table that scrolls by itself where it is too wide. The first cell of each row names the row. */
export function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
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
