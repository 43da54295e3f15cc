// The popup: paints what storage says at once, then tells the background that somebody is looking.
import { render } from 'preact';
import type { View } from '../../../session/state/view.ts';
import { tellObjection } from '../shared/do-not-track.ts';
import { beginPage } from '../shared/page.ts';
import { call } from '../../browser/messaging.ts';
import { watchView } from '../../browser/pages/watch-view.ts';
import { Popup } from './popup.tsx';
import { fetchOtherViews, viewOf } from './views.ts';

beginPage();

let latest: View | undefined;

/** Paints at once, or as soon as the view is here: half of it would be a flash. */
async function paint(view: View): Promise<void> {
  latest = view;
  if (!viewOf(view.status)) await fetchOtherViews();
  if (latest === view) render(<Popup view={view} />, document.body);
}

async function tellBackground(): Promise<void> {
  // In this order: what is counted because the popup is open depends on the first.
  await tellObjection();
  await call('popupOpened');
}

void watchView((view) => void paint(view)).then(() =>
  // By now the popup is painted. Where one of these fails the view stays as it is; nobody could do anything about it here.
  Promise.allSettled([tellBackground(), fetchOtherViews()]),
);
