// Waiting with an end: every wait of the driver has a time limit and says what it was waiting for.

/** Milliseconds; far above what any step takes: it ends what hangs, and a busy machine is no reason to fail. */
export const PATIENCE = 60_000;

const PAUSE = 40;

/** A page that closes in the middle of a question may leave it without an answer for ever. Milliseconds. */
const ONE_QUESTION = 15_000;

/** How long one page of several is waited for, so that it holds up no other. Milliseconds. */
const ONE_PAGE = 5_000;

/** The answer, or a rejection once the limit has passed (milliseconds). */
export async function inTime<T>(answer: Promise<T>, limit = ONE_PAGE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${limit} ms`)), limit);
  });
  // The loser of the race is ignored.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Asks again and again until the answer is neither undefined nor false. A question that throws is asked again too,
 * since a page may be in the middle of a navigation.
 *
 * @throws Error with what was waited for, the last failure, and what `explain` says about the state of things
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  explain: () => Promise<string> = () => Promise.resolve(''),
  patience = PATIENCE,
): Promise<T> {
  const end = Date.now() + patience;
  let failure: unknown;
  do {
    try {
      const answer = await inTime(ask(), Math.min(ONE_QUESTION, patience));
      if (answer !== undefined && answer !== false) return answer;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await pause(PAUSE);
  } while (Date.now() < end);
  const situation = await explain().catch((error: unknown) => `(nothing more to say: ${String(error)})`);
  throw new Error(`Waited ${patience / 1000} s for ${what}. ${situation}`.trim(), { cause: failure });
}
