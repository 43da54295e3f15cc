// `GET /status`, behind the operator's password: totals only, and no scripts.
import { Hono } from 'hono';
import { html, raw } from 'hono/html';
import type { Health } from '../operations/health.ts';
import { DAY_MS } from '../day.ts';
import { pagePolicy } from '../http/page-policy.ts';
import type { Counters } from '../operations/counters.ts';
import { operatorOnly } from '../operations/operator.ts';
import type { OperatorState } from '../store.ts';
import type { InstanceFacts, Markup } from './facts.ts';
import { notices } from './notices.ts';
import { clientsSection, deliveriesSection, failuresSection, revocationsSection } from './sections.ts';
import { STYLE } from './style.ts';
import { ago, number, offBy, sum } from './words.ts';

const STATUS_POLICY = pagePolicy(STYLE);

// Kept out of the template, whose whitespace may change: its bytes must match the policy's hash.
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);
const REFRESH_SECONDS = 60;

export interface StatusOptions extends Pick<InstanceFacts, 'clients' | 'version' | 'startedAt'> {
  /** Without a password the route is absent. */
  readonly password: string | undefined;
  readonly state: () => Promise<OperatorState>;
  readonly health: () => Promise<Health>;
  readonly forwardedIgnored?: () => boolean;
  readonly counters: Pick<Counters, 'webhooks' | 'queueMessages'>;
  /** Milliseconds. */
  readonly now: () => number;
}

/** The route. While the database is unavailable it still renders the page, with 503. */
export function status({ password, counters, ...options }: StatusOptions): Hono {
  const app = new Hono();
  if (!password) return app;
  app.get('/status', operatorOnly(password), async (c) => {
    const state = await options.state().catch(() => undefined);
    const health = await options.health();
    const [webhooks, queue] = await Promise.all([counters.webhooks(), counters.queueMessages()]);
    const forwardedIgnored = options.forwardedIgnored?.() ?? false;
    c.header('cache-control', 'no-store');
    c.header('content-security-policy', STATUS_POLICY);
    const isWell = state !== undefined && health.status !== 'error';
    if (!isWell) c.header('retry-after', '5');
    const now = options.now();
    const page = statusPage({ ...options, now, state, health, forwardedIgnored, webhooks, queue });
    return c.html(page, isWell ? 200 : 503);
  });
  return app;
}

/** Renders the page, which reloads every minute. */
function statusPage(facts: InstanceFacts): Markup {
  const { now, startedAt, version, health } = facts;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="${REFRESH_SECONDS}" />
        <link rel="icon" href="data:," />
        <title>Companion: status</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <header>
            <h1>Companion</h1>
            <p class="soft">
              version ${version.version}, started ${ago(startedAt, now)} · as of
              ${new Date(now).toISOString().slice(11, 16)} UTC, updated every minute · clock of Mozilla
              accounts ${clock(health.details.accountsClock)}, of the database
              ${clock(health.details.databaseClock)}
            </p>
          </header>
          ${notices(facts)} ${tiles(facts)} ${clientsSection(facts)} ${deliveriesSection(facts)}
          ${revocationsSection(facts)} ${failuresSection(facts)}
        </main>
      </body>
    </html>`;
}

function clock(seconds: number | undefined): string {
  return seconds === undefined ? 'not known yet' : offBy(seconds);
}

function tiles({ state, webhooks, now }: InstanceFacts): Markup {
  const refused = webhooks.filter(({ outcome }) => outcome === 'refused').map(({ count }) => count);
  const sessions = state && Object.values(state.clients).map((client) => client.sessions);
  const week = state?.deliveries.filter(({ hour }) => now - hour < 7 * DAY_MS).map(({ count }) => count);
  const all = [
    ['Sessions', sessions && sum(sessions), 'live now'],
    ['Events', week && sum(week), 'in seven days'],
    ['Waiting grants', state?.revocations.pending, 'to be destroyed'],
    ['Refused tokens', sum(refused), 'by this instance'],
  ] as const;
  return html`<dl class="tiles">
    ${all.map(
      ([title, count, note]) =>
        html`<div>
          <dt>${title}</dt>
          <dd>${count === undefined ? '?' : number(count)} <span class="soft">${note}</span></dd>
        </div>`,
    )}
  </dl>`;
}
