// The list of simulated faults: follows what is stored, sends what is selected, and says what failed.
import { readFileSync } from 'node:fs';
import { render } from 'preact';
import { beforeEach, expect, it, vi } from 'vitest';
import { FakeElement, fakeDocument } from '../../../../test/harness/dom.ts';
import { SIMULATED_FAULTS } from '../../simulated-faults.ts';
import { TesterNote } from '../shared/layout.tsx';

const messages = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string }
>;
const words = (key: string, substitutions: readonly string[] = []) =>
  (messages[key]?.message ?? '').replace(/\$\w+\$/, substitutions[0] ?? '');

type Listener = (changes: Record<string, { newValue?: unknown }>) => void;
const browser = vi.hoisted(() => ({
  i18n: { getMessage: vi.fn<typeof words>() },
  runtime: { sendMessage: vi.fn<(message: object) => Promise<unknown>>() },
  storage: { session: { get: vi.fn(), onChanged: { addListener: vi.fn<(listener: Listener) => void>() } } },
}));
vi.mock('../../browser/api.ts', () => ({ browser }));
vi.hoisted(() => {
  vi.stubGlobal('__PAGE_FACTS__', { environment: 'stage' });
  vi.stubGlobal('__TESTER__', true);
});
browser.i18n.getMessage.mockImplementation(words);
vi.stubGlobal('document', fakeDocument);
const { FaultChoice } = await import('./fault-choice.tsx');

const { session } = browser.storage;
const { sendMessage } = browser.runtime;
let page: FakeElement;

/** Shows the list below the note that every page has. */
async function show(stored: object): Promise<FakeElement> {
  session.get.mockResolvedValue(stored);
  page = new FakeElement('body');
  render([<TesterNote key="note" />, <FaultChoice key="choice" />], page);
  await expect.poll(() => session.onChanged.addListener).toHaveBeenCalledTimes(2);
  const [list] = page.all('select');
  if (!list) throw new Error('There is no list.');
  return list;
}
const store = (newValue: unknown) => {
  for (const [listener] of session.onChanged.addListener.mock.calls)
    listener({ simulatedFault: { newValue } });
};
const attribute = (element: FakeElement | undefined, name: string) =>
  element?.attributes.find((one) => one.name === name)?.value;

beforeEach(() => {
  session.onChanged.addListener.mockReset();
  sendMessage.mockReset().mockResolvedValue({ result: null });
});

it('has a label, a note, and an option for each fault', async () => {
  const list = await show({});
  const [label] = page.all('label');
  expect(label?.textContent).toBe(words('simulateFault'));
  expect(attribute(label, 'for')).toBe(attribute(list, 'id'));
  const note = page.all('p').find((one) => attribute(one, 'id') === attribute(list, 'aria-describedby'));
  expect(note?.textContent).toBe(words('simulateFaultNote'));
  expect(list.all('option').map(({ value, textContent }) => [value, textContent])).toEqual([
    ['', words('fault_none')],
    ...SIMULATED_FAULTS.map((name) => [name, words(`fault_${name}`)]),
  ]);
});

it('shows the stored fault, also on top of the page, until it is over', async () => {
  const list = await show({ simulatedFault: 'offline' });
  const reminder = words('simulatedFault', [words('fault_offline')]);
  await expect.poll(() => list.value).toBe('offline');
  await expect.poll(() => page.textContent).toContain(reminder);
  store(null);
  await expect.poll(() => list.value).toBe('');
  await expect.poll(() => page.textContent).not.toContain(reminder);
});

it('sends what is selected', async () => {
  const list = await show({});
  list.select('slow');
  list.select('');
  await expect.poll(() => sendMessage).toHaveBeenCalledTimes(2);
  expect(sendMessage.mock.calls).toEqual([
    [{ command: 'simulateFault', text: 'slow' }],
    [{ command: 'simulateFault', text: '' }],
  ]);
});

it('returns to the stored fault, and says why, if another cannot be saved', async () => {
  sendMessage.mockResolvedValue({ error: 'storage_unavailable' });
  const list = await show({ simulatedFault: 'offline' });
  await expect.poll(() => list.value).toBe('offline');
  list.select('slow');
  await expect.poll(() => page.textContent).toContain(words('error_storage_unavailable'));
  expect(list.value).toBe('offline');
});
