// Signs in at a page of Mozilla accounts by its fields, whatever language and year it is of: address and password on one
// page or on two, and what has to be agreed to afterwards. Recorded of the page of 2023: fields named `email` and
// `password` (test/recorded, section Q).
/// <reference lib="dom" />
import type { Page } from 'puppeteer-core';
import { eventually } from './wait.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** What was sent or pressed, or why it goes no further. */
type Step = { readonly did: 'email' | 'password' | 'button' | 'nothing' } | { readonly obstacle: string };

/** How often each is done. A page that asks for the same thing again does not take it. */
const TRIES = 3;

/** Why a sign-in page goes no further, in a sentence without the address and the password. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

/**
 * Fills in and sends what the page asks for, until `isDone`.
 *
 * @throws SignInError
 */
export async function signInAt(
  page: Page,
  credentials: Credentials,
  isDone: () => boolean | Promise<boolean>,
): Promise<void> {
  const done: string[] = [];
  const obstacle = await eventually('the sign-in page', async () => {
    if (await isDone()) return 'none';
    const step = await page.evaluate(takeStep, credentials, done);
    if ('obstacle' in step) return step.obstacle;
    if (step.did === 'nothing') return undefined;
    done.push(step.did);
    const tries = done.filter((did) => did === step.did).length;
    return tries > TRIES ? `It asks again and again (${step.did}).` : undefined;
  }).catch(async (cause: unknown) => {
    if (await isDone()) return 'none';
    const steps = done.length === 0 ? 'nothing' : done.join(', ');
    throw new SignInError(`The sign-in page goes no further. Done so far: ${steps}.`, { cause });
  });
  if (obstacle !== 'none') throw new SignInError(`The sign-in page goes no further. ${obstacle}`);
}

/**
 * Runs in the page: does one step, if there is one that was not done yet. `done`: the steps before. It holds no named
 * function, since those refer to a helper of the compiler.
 */
function takeStep({ email, password }: Credentials, done: readonly string[]): Step {
  if (document.readyState === 'loading') return { did: 'nothing' };
  const visible = [...document.querySelectorAll<HTMLElement>('input, button, [role=alert], .error')].filter(
    ({ offsetParent, innerText, localName }) =>
      offsetParent !== null && (localName === 'input' || innerText.trim() !== ''),
  );
  const secret = visible.find((element) => element.matches('input[type=password]')) as
    | HTMLInputElement
    | undefined;
  const address = visible.find((element) => element.matches('input[name=email], input[type=email]')) as
    | HTMLInputElement
    | undefined;
  const problem = visible.find((element) => element.matches('[role=alert], .error'));
  if (done.length > 0 && problem)
    return {
      obstacle: `It says: ${problem.innerText.trim().replaceAll(email, '(the address)').slice(0, 200)}`,
    };
  if (
    !secret &&
    visible.some((element) => element.matches('input[autocomplete=one-time-code], input[name=code]'))
  )
    return { obstacle: 'It asks for a code: take a confirmed account without two-step sign-in.' };
  const field = secret ?? address;
  const submits = 'form button[type=submit], form button:not([type]), form input[type=submit]';
  const button = visible.find(
    (element) => element.matches(submits) && (!field || (element as HTMLButtonElement).form === field.form),
  );
  const pressed = field ?? button;
  // What was sent takes its time; the mark goes with the field.
  if (!pressed || pressed.dataset.sent) return { did: 'nothing' };
  pressed.dataset.sent = 'true';
  for (const [input, value] of [[address, email] as const, [secret, password] as const]) {
    if (!input || input.readOnly) continue;
    // A framework that manages its fields overrides `value` on the element; the prototype's setter is what typing does.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }
  if (button) button.click();
  else field?.form?.requestSubmit();
  if (secret) return { did: 'password' };
  return { did: address ? 'email' : 'button' };
}
