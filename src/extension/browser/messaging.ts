// Commands across the message channel: typed on both ends, taken only from the extension's own pages.
import type { FxaErrorCode } from '../../fxa/errors.ts';
import { LONGEST_TEXT, type Command, type CommandName, type Commands, type Reply } from '../messages.ts';
import { browser } from './api.ts';

export type Handlers = {
  readonly [Name in CommandName]: (text: string) => Promise<ReturnType<Commands[Name]>>;
};

/**
 * Calls a command of the background. One that ended before it answered is called once more: that wakes another.
 *
 * @throws Error with the code of what went wrong as its message; `unanswered` when there was no answer twice.
 */
export async function call<Name extends CommandName>(
  command: Name,
  ...text: Parameters<Commands[Name]>
): Promise<ReturnType<Commands[Name]>> {
  const message: Command = { command, ...(text[0] !== undefined && { text: text[0] }) };
  const reply = (await send(message)) ?? (await send(message)) ?? ({ error: 'unanswered' } satisfies Reply);
  if ('error' in reply) throw new Error(reply.error);
  return reply.result as ReturnType<Commands[Name]>;
}

async function send(message: Command): Promise<Reply | undefined> {
  try {
    return await browser.runtime.sendMessage(message);
  } catch {
    return undefined;
  }
}

/** What of a sender is needed to tell our own pages from everybody else. */
export interface Sender {
  readonly id?: string | undefined;
  readonly url?: string | undefined;
}

/** Only pages of this very extension may command. Pure. */
export function isOwnPage(sender: Sender, extensionId: string, base: string): boolean {
  return sender.id === extensionId && sender.url?.startsWith(base) === true;
}

/** The command in a message, or undefined when it is none of ours. Pure. */
export function readCommand(message: unknown, handlers: object): Required<Command> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { command, text = '' } = message as Partial<Record<keyof Command, unknown>>;
  if (typeof command !== 'string' || !Object.hasOwn(handlers, command)) return undefined;
  if (typeof text !== 'string' || text.length > LONGEST_TEXT) return undefined;
  return { command: command as CommandName, text };
}

/** Registers the one message listener. To be called synchronously when the background starts. */
export function answer(handlers: Handlers, codeOf: (error: unknown) => FxaErrorCode): void {
  // `sendResponse` and `return true` is the one form of answer every browser understands.
  browser.runtime.onMessage.addListener(((
    message: unknown,
    sender: Sender,
    sendResponse: (reply: Reply) => void,
  ) => {
    const asked = readCommand(message, handlers);
    if (!asked || !isOwnPage(sender, browser.runtime.id, browser.runtime.getURL(''))) return undefined;
    // Called within a promise: a handler that throws at once is answered, too.
    const run = async () => handlers[asked.command](asked.text);
    run().then(
      (result) => sendResponse({ result: typeof result === 'boolean' ? result : null }),
      (error: unknown) => sendResponse({ error: codeOf(error) }),
    );
    return true;
  }) as Parameters<typeof browser.runtime.onMessage.addListener>[0]);
}
