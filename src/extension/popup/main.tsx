// The popup: paints what storage says at once, then asks the background to look for news.
import { render } from 'preact';
import { call } from '../webext/messaging.ts';
import { text } from '../ui/text.ts';
import { watchView } from '../webext/watch-view.ts';
import { Popup } from './popup.tsx';

document.documentElement.lang = text('language');
document.title = text('extensionName');

let asked = false;
void watchView((view) => {
  render(<Popup view={view} />, document.body);
  if (asked) return;
  asked = true;
  call('lookForNews').catch(() => {
    // The view stays as it is; there is nothing a person could do about it here.
  });
});
