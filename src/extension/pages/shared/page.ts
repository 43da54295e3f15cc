// Sets the language, direction and title of a page from public/_locales.
import { text } from './text.ts';

/** `title`: the message key of the page title. */
export function beginPage(title = 'extensionName'): void {
  document.documentElement.lang = text('language');
  document.documentElement.dir = text('direction');
  document.title = text(title);
}
