// What every page begins with: its language, its direction and its title, all from public/_locales.
import { text } from './text.ts';

/** `title`: the key of the page's name. */
export function beginPage(title = 'extensionName'): void {
  document.documentElement.lang = text('language');
  document.documentElement.dir = text('direction');
  document.title = text(title);
}
