// The status page's tables: clients, refusals, revocations.
import { html } from 'hono/html';
import type { OperatorState } from '../store.ts';
import type { Markup, StatusFacts } from './facts.ts';
import { ago, counted, KINDS, number, reasonInWords, whatToDo } from './words.ts';

/** Configured clients, and former ones that still have sessions. */
export function clientsSection({ clients, state, now }: StatusFacts): Markup {
  if (state === undefined) return html``;
  const known = state.clients;
  const former = Object.keys(known).filter((clientId) => !clients.has(clientId));
  const rows = [
    ...[...clients.values()].map(({ clientId, name }) => ({ clientId, name })),
    ...former.map((clientId) => ({ clientId, name: 'no longer configured' })),
  ];
  return html`<section>
    <h2>Clients</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Client</th>
            <th scope="col">Last event</th>
            <th scope="col" class="n">Sessions</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(({ clientId, name }) => clientRow(clientId, name, known[clientId], now))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function clientRow(
  clientId: string,
  name: string,
  known: OperatorState['clients'][string] | undefined,
  now: number,
): Markup {
  const last = known?.lastEvent;
  return html`<tr>
    <th scope="row">${name} <code>${clientId}</code></th>
    <td>${last === undefined ? 'none yet' : `${KINDS[last.kind]}, ${ago(last.at, now)}`}</td>
    <td class="n">${number(known?.sessions ?? 0)}</td>
  </tr>`;
}

const FAILURES: Readonly<Record<string, string>> = {
  refused: 'refused',
  unavailable: 'sent back for later',
  ignored: 'taken and ignored',
};

/** Deliveries that were not accepted, by reason. */
export function failuresSection({ webhooks, startedAt, now }: StatusFacts): Markup {
  const failures = webhooks.filter(({ outcome }) => outcome in FAILURES).sort((a, b) => b.count - a.count);
  return html`<section>
    <h2>Refused, since this instance started <span class="soft">${ago(startedAt, now)}</span></h2>
    ${
      failures.length === 0
        ? html`<p class="soft">Nothing.</p>`
        : html`<table>
            <tbody>
              ${failures.map(
                ({ outcome, what, count }) =>
                  html`<tr>
                    <td>${reasonInWords(what)}</td>
                    <td>${FAILURES[outcome] ?? outcome}</td>
                    <td class="n">${number(count)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
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
  return html`<section>
    <h2>Grants to be destroyed after sign-outs</h2>
    <p>${waiting}</p>
    ${
      setAside.length === 0
        ? ''
        : html`<div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Set aside for</th>
                  <th scope="col">Why, and what to do</th>
                  <th scope="col" class="n">Grants</th>
                </tr>
              </thead>
              <tbody>
                ${setAside.map(
                  ({ clientId, why, count }) =>
                    html`<tr>
                      <th scope="row">${clients.get(clientId)?.name ?? clientId}</th>
                      <td><code>${why}</code> ${whatToDo(why)}</td>
                      <td class="n">${number(count)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}
