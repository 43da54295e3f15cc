/** The panel: active faults, buttons to change them, and the last requests. Works without script. */
import { html } from 'hono/html';
import { eventsSection, type Panel } from '../events/panel-section.ts';
import type { Markup, Page } from '../pages/layout.ts';
import type { Faults } from './faults.ts';
import { CALL_NAMES } from './model.ts';
import { type Preset, PRESETS } from './presets.ts';
import type { LoggedRequest } from './request-log.ts';
import { faultInWords, progressInWords, settingsInWords } from './words.ts';

/** The kinds that the form offers; a value is the kind, with its variant after a colon. */
export const FORM_KINDS = {
  status: 'HTTP status, as the server words it',
  html: 'HTML page',
  drop: 'connection reset',
  'drop-after': 'work done, answer lost',
  'truncated:connection': 'connection lost in the middle of the answer',
  'truncated:json': 'half a JSON text',
  'slow:before': 'slow, before the work',
  'slow:after': 'slow, after the work',
  'slow:body': 'slow, within the body',
  silence: 'no answer',
  'not-json': 'not JSON',
  empty: 'empty answer',
} as const;

function row(title: string, description: string, button: Markup): Markup {
  return html`<li>
    <div><strong>${title}</strong><span class="soft">${description}</span></div>
    <form class="inline" method="post">${button}</form>
  </li>`;
}

function wrongNow(faults: Faults): Markup {
  const entries = faults.list();
  const settings = settingsInWords(faults.settings);
  if (entries.length === 0 && settings.length === 0) {
    return html`<p class="soft" data-testid="nothing-wrong">
      Nothing. All requests are answered as they should be.
    </p>`;
  }
  return html`<ul class="rows" data-testid="wrong-now">
      ${entries.map((entry) =>
        row(
          faultInWords(entry),
          progressInWords(entry, faults.now()),
          html`<input type="hidden" name="intent" value="remove" />
            <button class="quiet" type="submit" name="id" value="${entry.id}">Remove</button>`,
        ),
      )}
      ${settings.map(([name, words]) =>
        row(
          words,
          'the whole server',
          html`<input type="hidden" name="intent" value="put-right" />
            <button class="quiet" type="submit" name="setting" value="${name}">Put right</button>`,
        ),
      )}
    </ul>
    <form method="post">
      <input type="hidden" name="intent" value="clear" />
      <button class="danger" type="submit">Clear all</button>
    </form>`;
}

function presetRow([name, preset]: [string, Preset]): Markup {
  return row(
    preset.title,
    preset.description,
    html`<input type="hidden" name="intent" value="preset" />
      <button class="quiet" type="submit" name="preset" value="${name}" aria-label="Set: ${preset.title}">
        Set
      </button>`,
  );
}

function numberField(name: string, label: string): Markup {
  return html`<label for="${name}">${label}</label>
    <input id="${name}" name="${name}" inputmode="numeric" pattern="[0-9]*" />`;
}

function options(entries: readonly (readonly [string, string])[]): Markup[] {
  return entries.map(([value, label]) => html`<option value="${value}">${label}</option>`);
}

function ownFault(): Markup {
  return html`<details>
    <summary>Another fault</summary>
    <form method="post">
      <input type="hidden" name="intent" value="add" />
      <label for="where">Which requests</label>
      <select id="where" name="where">
        ${options(CALL_NAMES.map((name) => [name, name]))}
      </select>
      <label for="kind">What happens</label>
      <select id="kind" name="kind">
        ${options(Object.entries(FORM_KINDS))}
      </select>
      ${numberField('status', 'Status')} ${numberField('errno', 'Number of the error (errno)')}
      ${numberField('retryAfter', 'Retry-After, in seconds')} ${numberField('ms', 'Wait, in milliseconds')}
      ${numberField('times', 'How many requests (empty: all)')}
      ${numberField('skip', 'How many to let pass first')}
      ${numberField('seconds', 'How long, in seconds (empty: until cleared)')}
      <p><button class="quiet" type="submit">Add</button></p>
    </form>
  </details>`;
}

function requestRow({ at, method, path, status, fault }: LoggedRequest): Markup {
  const outcome = status === 'lost' ? 'no (whole) answer' : (status ?? 'not answered yet');
  return html`<li>
    <div>
      <strong>${method} ${path}</strong
      ><span class="soft">${new Date(at).toISOString().slice(11, 19)} UTC · ${fault ?? 'no fault'}</span>
    </div>
    <span>${outcome}</span>
  </li>`;
}

/** The page; `problem` is the error of the last form. */
export function panelPage(panel: Panel, problem?: string): Page {
  const { faults } = panel;
  const requests = faults.requests.list();
  return {
    title: 'Faults',
    wide: true,
    ...(problem !== undefined && { status: 400 as const }),
    body: html`<h1>Faults</h1>
      <p class="soft">
        The faults of this mock server. The first one in the list that matches a request applies. For
        programs: <code>GET</code>, <code>PUT</code> and <code>DELETE</code> <code>/__standin/faults</code>.
        <a href="/">Front page</a>
      </p>
      ${problem === undefined ? '' : html`<p role="alert">${problem}</p>`}
      <h2>Wrong now</h2>
      ${wrongNow(faults)}
      <h2>Let it go wrong</h2>
      <ul class="rows">
        ${Object.entries<Preset>(PRESETS).map(presetRow)}
      </ul>
      ${ownFault()} ${eventsSection(panel)}
      <h2>Last requests</h2>
      ${
        requests.length === 0
          ? html`<p class="soft">None yet.</p>`
          : html`<ul class="rows" data-testid="requests">
              ${requests.map(requestRow)}
            </ul>`
      }`,
  };
}
