// The language of code and messages: no private words in clean folders, and no claim that is unknown or untrue.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** The folders in which the words below are gone. Add a folder as soon as it is clean. */
const CLEAN = ['src/', 'scripts/', 'test/'];

/** Phrases that readers have to guess at, in comments, test titles and strings. Quoted, `nobody` is a system user. */
const PHRASES: readonly RegExp[] = [
  /(?<!')\bnobody\b(?![@'])/i,
  /\bsomebody\b/i,
  /\bwhoever\b/i,
  /(?<!there )\bis none\b/i,
  /\b(?:is|are) to be\b/i,
  /\blies? in\b/i,
  /\btakes leave\b/i,
  /\bheeds\b/i,
  // Not the stored member of that name.
  /(?<!\.)\bfarewell\b(?!\??:)/i,
  /\bdoomed\b/i,
  /\bon speaking terms\b/i,
  /\bif it stays so\b/i,
  /\bstand-ins?\b/i,
];

/** Former names. Common words that were names once, such as `told` or `own`, are missing: they have other uses. */
const NAMES =
  `Seat seatOf keepSeat dropSeat vacateSeat obeySeats buySeat Bought Sold parting takeLeave farewells heed obeyGate takeBack
  showOwed hostPause linesOf HeldToken holdToken disown withPassingToken renewAhead onSpeakingTerms converse hearNews
  lookForNews lookAnew lookAround troubleMet takeHint withLiveGrantDoomed Wish unwant unwish tabAsWanted watchOver
  rememberIssued takeGrant orDestroyed requestGrant acceptGrant requestRefresh readCallback MEANINGS
  readChoice chooseServer wayOut WayOn noticeOf followView turnAway takeIn demandModesty NothingBought heedProfile
  World createWorlds Passage meetFaults startStandin createStandin Standin GONE_THROUGH`.split(/\s+/);

const FORMER = new RegExp(`(?<![\\w-])(?:${NAMES.join('|')})(?![\\w-])`);

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...CLEAN], {
  encoding: 'utf8',
})
  .split('\n')
  // The text of a released migration is frozen.
  .filter((file) => !file.startsWith('src/companion/db/migrations/'))
  // This file names them all.
  .filter((file) => file !== 'test/conventions/words.test.ts')
  .filter((file) => /\.(?:tsx?|mts|mjs|css|html)$/.test(file) && existsSync(file));

/** Each line that one of the patterns matches, as `file:line: text`. */
function linesWith(patterns: readonly RegExp[]): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line }) => patterns.some((pattern) => pattern.test(line)))
      .map(({ line, place }) => `${place}: ${line.trim()}`),
  );
}

describe('the clean folders', () => {
  it('have files', () => {
    for (const folder of CLEAN) expect(files.filter((file) => file.startsWith(folder))).not.toEqual([]);
  });

  it('contain no phrase that readers have to guess at', () => {
    expect(linesWith(PHRASES)).toEqual([]);
  });

  it('contain no former name', () => {
    expect(linesWith([FORMER])).toEqual([]);
  });
});

const words = JSON.parse(readFileSync('public/_locales/en/messages.json', 'utf8')) as Record<
  string,
  { message: string }
>;

it('messages about a callback do not mention a window, since it may come from a tab', () => {
  const callback = Object.keys(words).filter((key) => key.startsWith('reason_callback_'));
  expect(callback).toHaveLength(6);
  expect(callback.filter((key) => /window/i.test(words[key]?.message ?? ''))).toEqual([]);
});

it('the message about a timeout does not blame only the server', () => {
  const { error_server_unavailable: error, advice_server_unavailable: advice } = words;
  expect(`${error?.message} ${advice?.message}`).not.toMatch(/your side|has trouble/i);
  expect(advice?.message).toContain('your connection may be slow');
});

it('the message about an unanswered command does not mention a sign-in', () => {
  expect(words.error_unanswered?.message).not.toMatch(/sign-in/i);
});
