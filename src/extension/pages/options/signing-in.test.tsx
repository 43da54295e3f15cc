// The error shown for a setting that could not be saved: that of the command, or of a refused permission.
import { readFileSync } from 'node:fs';
import { render } from 'preact';
import { beforeEach, expect, it, vi } from 'vitest';
import { FakeElement, fakeDocument } from '../../../../test/harness/dom.ts';
import type { View } from '../../../session/state/view.ts';
import { OUT } from '../../testing.ts';

const messages = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string }
>;
const words = (key: string) => messages[key]?.message ?? '';
const request = vi.fn<() => Promise<boolean>>();
const sendMessage = vi.fn<(message: { command: string }) => Promise<unknown>>();
vi.mock('../../browser/api.ts', () => ({
  browser: {
    i18n: { getMessage: words },
    permissions: { request, contains: () => Promise.resolve(false) },
    runtime: { sendMessage },
  },
}));
vi.stubGlobal('__PAGE_FACTS__', { environment: 'stage', returnPagePattern: 'https://companion.example/*' });
vi.stubGlobal('document', fakeDocument);
const { SigningIn } = await import('./signing-in.tsx');

const REFUSED = words('error_storage_unavailable');
let page: FakeElement;
beforeEach(() => {
  page = new FakeElement('body');
  request.mockReset().mockResolvedValue(true);
  sendMessage.mockReset().mockResolvedValue({ error: 'storage_unavailable' });
});

function show(view: Partial<View>): void {
  render(<SigningIn view={{ ...OUT, tab: true, ...view }} />, page);
}
/** The checkbox of a setting, by its position on the page. */
const box = (choice: keyof typeof COMMANDS): FakeElement => {
  const found = page.all('input')[Object.keys(COMMANDS).indexOf(choice)];
  if (!found) throw new Error(`There is no box for ${choice}.`);
  return found;
};
const COMMANDS = {
  sessionOnly: { view: { sessionOnly: 'chosen' }, on: 'endWithBrowser', off: 'outliveBrowser' },
  alwaysTab: { view: { inTab: true }, on: 'preferTab', off: 'preferWindow' },
} as const;

const cases = (['sessionOnly', 'alwaysTab'] as const).flatMap((choice) => [
  { choice, way: 'on' as const },
  { choice, way: 'off' as const },
]);

it.each(cases)(
  '$choice that could not be turned $way says why, and stays as it was',
  async ({ choice, way }) => {
    show(way === 'on' ? {} : COMMANDS[choice].view);
    box(choice).click();
    await expect.poll(() => page.textContent).toContain(REFUSED);
    expect(sendMessage.mock.calls).toEqual([[{ command: COMMANDS[choice][way] }]]);
    expect(box(choice).checked).toBe(way === 'off');
    expect(page.textContent).not.toContain(words('tabRefused'));

    sendMessage.mockResolvedValue({ result: null });
    box(choice).click();
    await expect.poll(() => page.textContent).not.toContain(REFUSED);
  },
);

it.each(['a person', 'a browser that does not ask'])(
  'the tab refused by %s says so, and nothing is asked of the background',
  async (who) => {
    if (who === 'a person') request.mockResolvedValue(false);
    else request.mockRejectedValue(new Error('not within a click'));
    show({});
    box('alwaysTab').click();
    await expect.poll(() => page.textContent).toContain(words('tabRefused'));
    expect(page.textContent).not.toContain(REFUSED);
    expect(sendMessage).not.toHaveBeenCalled();
  },
);
