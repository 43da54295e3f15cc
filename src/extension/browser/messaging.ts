// Sends commands over the message channel, typed on both ends, and accepts them only from the extension's own pages.
import type { FxaErrorCode } from '../../fxa/errors.ts';
import { LONGEST_TEXT, type Command, type CommandName, type Commands, type Reply } from '../messages.ts';
import { browser } from './api.ts';

export type Handlers = {
  readonly [Name in CommandName]: (text: string) => Promise<ReturnType<Commands[Name]>>;
};

/**
 * Calls a command of the background. If the background ends before answering, the call is repeated once, which wakes a
 * new background.
 *
 * @throws Error whose message is the error code; `unanswered` when both calls went unanswered.
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

/** The members of a sender that identify our own pages. */
export interface Sender {
  readonly id?: string | undefined;
  readonly url?: string | undefined;
}

/** Whether the sender is a page of this extension; only those may send commands. Pure. */
export function isOwnPage(sender: Sender, extensionId: string, base: string): boolean {
  return sender.id === extensionId && sender.url?.startsWith(base) === true;
}

/** The command in a message; undefined if it is malformed or unknown. Pure. */
export function readCommand(message: unknown, handlers: object): Required<Command> | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { command, text = '' } = message as Partial<Record<keyof Command, unknown>>;
  if (typeof command !== 'string' || !Object.hasOwn(handlers, command)) return undefined;
  if (typeof text !== 'string' || text.length > LONGEST_TEXT) return undefined;
  return { command: command as CommandName, text };
}

/** Registers the only message listener. Call it synchronously when the background starts. */
export function answer(handlers: Handlers, codeOf: (error: unknown) => FxaErrorCode): void {
  // `sendResponse` with `return true` is the only form that all browsers support.
  browser.runtime.onMessage.addListener(((
    message: unknown,
    sender: Sender,
    sendResponse: (reply: Reply) => void,
  ) => {
    const asked = readCommand(message, handlers);
    if (!asked || !isOwnPage(sender, browser.runtime.id, browser.runtime.getURL(''))) return undefined;
    // Within a promise, so that synchronous errors are answered, too.
    const run = async () => handlers[asked.command](asked.text);
    run().then(
      (result) => sendResponse({ result: typeof result === 'boolean' ? result : null }),
      (error: unknown) => sendResponse({ error: codeOf(error) }),
    );
    return true;
  }) as Parameters<typeof browser.runtime.onMessage.addListener>[0]);
}
