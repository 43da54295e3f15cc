import { beforeEach, expect, it, vi } from 'vitest';

const sendMessage = vi.hoisted(() => vi.fn());
vi.mock('./api.ts', () => ({ browser: { runtime: { sendMessage } } }));
const { call } = await import('./messaging.ts');

beforeEach(() => void sendMessage.mockReset());

it('retries when the background ends before answering', async () => {
  sendMessage.mockRejectedValueOnce(new Error('no receiver')).mockResolvedValue({ result: true });
  expect(await call('showWindow')).toBe(true);
  expect(sendMessage).toHaveBeenCalledTimes(2);
});

it.each(['signOut', 'signIn', 'allowMetrics', 'preferTab'] as const)(
  'says of %s that there was no answer, and not that a sign-in was interrupted',
  async (command) => {
    sendMessage.mockRejectedValue(new Error('no receiver'));
    await expect(call(command)).rejects.toThrow('unanswered');
    sendMessage.mockResolvedValue(undefined);
    await expect(call(command)).rejects.toThrow('unanswered');
  },
);
