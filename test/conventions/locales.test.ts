// Every code and reason has words in every language, and every key that the pages name exists.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FXA_ERROR_CODES, FXA_REASONS } from '../../src/fxa/errors.ts';

type Messages = Record<string, { message: string; placeholders?: Record<string, unknown> }>;

const messagesOf = (locale: string) =>
  JSON.parse(readFileSync(`public/_locales/${locale}/messages.json`, 'utf8')) as Messages;
const english = messagesOf('en');
const pages = ['src/extension/ui', 'src/extension/popup', 'src/extension/webext'].flatMap((folder) =>
  readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
);
const needed = [
  ...FXA_ERROR_CODES.flatMap((code) => [`error_${code}`, `advice_${code}`]),
  ...FXA_REASONS.map((reason) => `reason_${reason}`),
  ...['checking', 'window', 'finishing'].map((phase) => `phase_${phase}`),
];

describe.each(readdirSync('public/_locales'))('the words of %s', (locale) => {
  const messages = messagesOf(locale);

  it('cover every error code, with what to do next, and every reason', () => {
    expect(needed.filter((key) => !messages[key]?.message)).toEqual([]);
  });

  it('are for the same keys as in English, and none is empty', () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(english).sort());
    expect(Object.entries(messages).filter(([, { message }]) => message.trim() === '')).toEqual([]);
  });

  it('declare each placeholder they use', () => {
    const undeclared = Object.entries(messages).filter(([, { message, placeholders = {} }]) =>
      [...message.matchAll(/\$(\w+)\$/g)].some(([, name]) => !((name ?? '').toLowerCase() in placeholders)),
    );
    expect(undeclared).toEqual([]);
  });
});

describe('the keys', () => {
  const named = pages.flatMap((code) =>
    [...code.matchAll(/\b(?:text|words)\(\s*'(\w+)'/g)].map(([, key]) => key ?? ''),
  );

  it('that pages name exist', () => {
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((key) => !(key in english))).toEqual([]);
  });

  it('that exist are named somewhere', () => {
    const everything = [...pages, readFileSync('manifest.json', 'utf8')].join('\n');
    const unused = Object.keys(english).filter(
      (key) => !needed.includes(key) && !new RegExp(`\\b${key}\\b|__MSG_${key}__`).test(everything),
    );
    expect(unused).toEqual([]);
  });
});
