/**
 * `/__standin/`: the panel for people and the control API for programs. Only for this machine: the server listens only
 * there, and rejects foreign host names (DNS rebinding) and cross-origin requests.
 */
import { type Context, Hono } from 'hono';
import { type EventsControl, sendEvents, showEvents } from '../events/events-app.ts';
import { changeSubscription, type Panel } from '../events/panel-section.ts';
import { isCrossOrigin } from '../http/cross-origin.ts';
import { json } from '../http/reply.ts';
import { errorPage } from '../pages/forms.ts';
import { render } from '../pages/layout.ts';
import type { Faults } from './faults.ts';
import { isSpent, NOTHING_WRONG } from './model.ts';
import { panelPage } from './panel-page.ts';
import { actOnForm } from './panel-forms.ts';
import { FaultError, parseState } from './parse.ts';

const HERE = '/__standin';
const API = `${HERE}/faults`;
const EVENTS = `${HERE}/events`;

/** Whether a path belongs to the control API, which faults do not affect. */
export const isControl = (path: string): boolean => path === HERE || path.startsWith(`${HERE}/`);

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/i;

/** Guards against DNS rebinding: a site whose name points to this machine counts as same-origin in the browser. */
function hasForeignName(c: Context): boolean {
  return !LOOPBACK.test(c.req.header('host') ?? new URL(c.req.url).host);
}

/** The active faults with their progress, and the last requests. */
function stateOf(faults: Faults): object {
  const now = faults.now();
  return {
    faults: faults
      .list()
      .map((entry) => ({ id: entry.id, ...entry.fault, hits: entry.hits, over: isSpent(entry, now) })),
    settings: faults.settings,
    requests: faults.requests.list(),
  };
}

const NO_STORE = { 'cache-control': 'no-store' };
const refusal = (message: string, status: number) => json({ error: message }, status, NO_STORE);

const isJson = (c: Context) =>
  c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() === 'application/json';

async function replace(faults: Faults, c: Context): Promise<Response> {
  if (!isJson(c)) return refusal('Content-Type must be application/json.', 415);
  const body = await c.req.text();
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return refusal('The body is not JSON.', 400);
  }
  try {
    const state = parseState(value);
    faults.set(state.faults);
    faults.change({ ...NOTHING_WRONG, ...state.settings });
    return json(stateOf(faults), 200, NO_STORE);
  } catch (error) {
    if (error instanceof FaultError) return refusal(error.message, 400);
    throw error;
  }
}

async function send(control: EventsControl, c: Context): Promise<Response> {
  if (!isJson(c)) return refusal('Content-Type must be application/json.', 415);
  try {
    return await sendEvents(control, c);
  } catch (error) {
    if (error instanceof FaultError) return refusal(error.message, 400);
    throw error;
  }
}

async function act(panel: Panel, c: Context): Promise<Response> {
  try {
    const form = await c.req.parseBody();
    if (form.intent === 'subscription') changeSubscription(panel, form);
    else actOnForm(panel.faults, form);
    return c.redirect(`${HERE}/`, 303);
  } catch (error) {
    if (error instanceof FaultError) return render(c, panelPage(panel, error.message));
    throw error;
  }
}

/** Builds the app. */
export function controlApp(control: Panel & EventsControl): Hono {
  const { faults } = control;
  const app = new Hono();
  app.use('*', async (c: Context, next) => {
    const refused = hasForeignName(c) || isCrossOrigin(c);
    if (!refused) return next();
    const message = 'The faults are set from this machine, and from no other site.';
    return c.req.path === API || c.req.path === EVENTS
      ? refusal(message, 403)
      : render(c, errorPage(message, 403));
  });
  app.get(API, () => json(stateOf(faults), 200, NO_STORE));
  app.put(API, (c) => replace(faults, c));
  app.delete(API, () => {
    faults.clear();
    return json(stateOf(faults), 200, NO_STORE);
  });
  app.all(API, () =>
    json({ error: 'Use GET, PUT or DELETE.' }, 405, { ...NO_STORE, allow: 'GET, PUT, DELETE' }),
  );
  app.get(EVENTS, () => showEvents(control));
  app.post(EVENTS, (c) => send(control, c));
  app.all(EVENTS, () => json({ error: 'Use GET or POST.' }, 405, { ...NO_STORE, allow: 'GET, POST' }));
  app.get(HERE, (c) => c.redirect(`${HERE}/`, 301));
  app.get(`${HERE}/`, (c) => render(c, panelPage(control)));
  app.post(`${HERE}/`, (c) => act(control, c));
  app.notFound((c) => render(c, errorPage('There is no such page.', 404)));
  return app;
}
