// The options page: settings, and everything this extension counts and logs, watched in storage.
import { render } from 'preact';
import type { ServerConfig } from '../../server-config.ts';
import type { JournalEntry } from '../../../session/state/record.ts';
import type { MetricsQueue } from '../../../session/metrics/queue.ts';
import type { View } from '../../../session/state/view.ts';
import { tellObjection } from '../shared/do-not-track.ts';
import { beginPage } from '../shared/page.ts';
import { watchItem } from '../../browser/pages/watch-item.ts';
import { watchView } from '../../browser/pages/watch-view.ts';
import { Options } from './options.tsx';

beginPage('settings');

let view: View | undefined;
let server: ServerConfig | undefined;
let books: MetricsQueue | undefined;
let journal: readonly JournalEntry[] | undefined;

/** Paints only when everything is known, so that the layout does not jump. */
let known = false;
const paint = () => {
  if (known && view) render(<Options {...{ view, server, books, journal }} />, document.body);
};
const nothing = () => {
  // The view reports storage errors.
};

void Promise.all([
  watchView((seen) => {
    view = seen;
    paint();
  }),
  watchItem('server', (stored) => {
    server = (stored ?? undefined) as ServerConfig | undefined;
    paint();
  }).catch(nothing),
  watchItem('metrics', (stored) => {
    books = stored as MetricsQueue | undefined;
    paint();
  }).catch(nothing),
  watchItem('journal', (stored) => {
    journal = stored as readonly JournalEntry[] | undefined;
    paint();
  }).catch(nothing),
]).then(() => {
  known = true;
  paint();
  tellObjection().catch(nothing);
});
