// The popup shows unsaved data and asks the background to retry until it is saved.
import { render } from 'preact';
import { expect, it, vi } from 'vitest';
import { FakeElement, fakeDocument } from '../../../../test/harness/dom.ts';
import type { View } from '../../../session/state/view.ts';
import { OUT } from '../../testing.ts';

const sendMessage = vi.fn<(message: { command: string }) => Promise<unknown>>();
vi.mock('../../browser/api.ts', () => ({
  browser: { i18n: { getMessage: (key: string) => key }, runtime: { sendMessage } },
}));
vi.stubGlobal('__PAGE_FACTS__', { environment: 'stage' });
vi.stubGlobal('__TESTER__', false);
vi.stubGlobal('document', fakeDocument);
const { Popup } = await import('./popup.tsx');

it('asks the background to save until nothing is unsaved', async () => {
  sendMessage.mockResolvedValue({ result: null });
  vi.useFakeTimers();
  const page = new FakeElement('body');
  const show = async (view: View) => {
    render(<Popup view={view} />, page);
    await vi.advanceTimersByTimeAsync(3_500);
    const asked = sendMessage.mock.calls.map(([{ command }]) => command);
    sendMessage.mockClear();
    return asked;
  };
  const asked = await show({ ...OUT, unsaved: true });
  expect(asked.length).toBeGreaterThan(1);
  expect(new Set(asked)).toEqual(new Set(['wake']));
  expect(page.textContent).toContain('unsaved');
  expect(await show(OUT)).toEqual([]);
  expect(page.textContent).not.toContain('unsaved');
  vi.useRealTimers();
});
