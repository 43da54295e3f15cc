// The popup: paints the stored view at once, then tells the background that it is open.
import { render } from 'preact';
import type { View } from '../../../session/state/view.ts';
import { beginPage, tellObjection } from '../shared/layout.tsx';
import { call } from '../../browser/messaging.ts';
import { watchView } from '../../browser/pages/storage.ts';
import { fetchOtherViews, hasViewOf, Popup } from './popup.tsx';

beginPage();

let latest: View | undefined;

/** Paints once the view is loaded, since a partial paint would flash. */
async function paint(view: View): Promise<void> {
  latest = view;
  if (!hasViewOf(view.status)) await fetchOtherViews();
  if (latest === view) render(<Popup view={view} />, document.body);
}

async function tellBackground(): Promise<void> {
  // In this order, because counting an open popup depends on the objection.
  await tellObjection();
  await call('popupOpened');
}

void watchView((view) => void paint(view)).then(() =>
  // If one of these fails, the painted view stays; nothing more can be done here.
  Promise.allSettled([tellBackground(), fetchOtherViews()]),
);
