// The popup: paints what storage says at once, then asks the background to look for news.
import { render } from 'preact';
import { call } from '../webext/messaging.ts';
import { language } from '../webext/i18n.ts';
import { watchView } from '../webext/watch-view.ts';
import { Popup } from './popup.tsx';

document.documentElement.lang = language();

let asked = false;
void watchView((view) => {
  render(<Popup view={view} />, document.body);
  if (asked) return;
  asked = true;
  call('lookForNews').catch(() => {
    // The view stays as it is; there is nothing a person could do about it here.
  });
});
