// The options page: settings, and everything this extension counts and logs, watched in storage.
import { render } from 'preact';
import { LOCAL } from '../../../session/state/storage-items.ts';
import type { View } from '../../../session/state/view.ts';
import { watchItem, watchView } from '../../browser/pages/storage.ts';
import { beginPage, tellObjection } from '../shared/layout.tsx';
import { Options, type Stored } from './options.tsx';

beginPage('settings');

const stored: Record<string, unknown> = {};
let view: View | undefined;
let isRead = false;

/** Paints only when everything is known, so that the layout does not jump. */
const paint = () => {
  if (isRead && view) render(<Options view={view} {...(stored as Stored)} />, document.body);
};
const nothing = () => {
  // The view reports storage errors.
};

void Promise.all([
  watchView((seen) => {
    view = seen;
    paint();
  }),
  ...[LOCAL.server, LOCAL.metrics, LOCAL.journal].map((key) =>
    watchItem(key, (value) => {
      stored[key] = value;
      paint();
    }).catch(nothing),
  ),
]).then(() => {
  isRead = true;
  paint();
  tellObjection().catch(nothing);
});
