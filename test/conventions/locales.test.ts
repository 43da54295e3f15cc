// Every code and reason has words in every language, and every key that the pages name exists.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS, CODES, NAMES, VERDICTS } from '../../src/extension/pages/doctor/findings.ts';
import { SIMULATED_FAULTS } from '../../src/extension/simulated-faults.ts';
import { METRICS_EVENTS } from '../../src/session/metrics/events.ts';
import { FXA_ERROR_CODES, FXA_REASONS } from '../../src/fxa/errors.ts';
import { METRICS_BLOCKERS } from '../../src/session/metrics/consent.ts';

type Messages = Record<
  string,
  { message: string; description?: string; placeholders?: Record<string, { content: string }> }
>;

/** Each language and how it is written. */
const LANGUAGES = { ar: 'rtl', de: 'ltr', en: 'ltr', es: 'ltr', fr: 'ltr', ja: 'ltr' } as const;

const translations = Object.entries(LANGUAGES).filter(([locale]) => locale !== 'en');

/** Keys that code builds from parts: how they begin, and all they can go on with. */
const families: Record<string, readonly string[]> = {
  error_: FXA_ERROR_CODES,
  advice_: FXA_ERROR_CODES,
  reason_: FXA_REASONS,
  metric_: Object.keys(METRICS_EVENTS),
  title_: ['out', 'in', 'attention', 'offline'],
  doctor_: Object.keys(CODES),
  doctorNext_: Object.entries(CODES).flatMap(([code, verdict]) => (verdict === 'fine' ? [] : [code])),
  doctorCheck_: CHECKS,
  doctorVerdict_: VERDICTS,
  doctorName_: NAMES,
  closed_: METRICS_BLOCKERS,
  change_: [
    'signedOut',
    'signingIn',
    'signedIn',
    'needsReauth',
    'failed',
    'given_up',
    'reset',
    'tokens_refused',
  ],
  fault_: ['none', ...SIMULATED_FAULTS],
  phase_: ['checking', 'window', 'finishing'],
};

/** Where a translation rightly reads as the English does. */
const alike: Record<string, readonly string[]> = {
  de: ['optionsServer'],
  fr: ['doctorCheck_background', 'doctorName_notifications'],
};

const messagesOf = (locale: string) =>
  JSON.parse(readFileSync(`public/_locales/${locale}/messages.json`, 'utf8')) as Messages;
const english = messagesOf('en');
const needed = Object.entries(families).flatMap(([start, ends]) => ends.map((end) => start + end));

const bases = Object.keys(english)
  .filter((key) => key.endsWith('_one') && key.replace(/_one$/, '_other') in english)
  .map((key) => key.replace(/_one$/, ''));
const baseOf = (key: string) => bases.find((base) => key.replace(/_[a-z]+$/, '') === base);

/** The English message that one of another language stands for. */
const sourceOf = (key: string) => {
  const base = baseOf(key);
  return english[base === undefined ? key : `${base}_other`] ?? { message: '' };
};
/** The one it was made from: a plural form that English has too, from that form. */
const originalOf = (key: string) => (english[key] ?? sourceOf(key)).message;
const used = (message: string) => [...message.matchAll(/\$(\w+)\$/g)].map(([, name]) => name ?? '').sort();

describe('the languages', () => {
  it('are these', () => {
    expect(readdirSync('public/_locales').sort()).toEqual(Object.keys(LANGUAGES));
  });
});

describe.each(Object.entries(LANGUAGES))('the words of %s', (locale, direction) => {
  const messages = messagesOf(locale);
  const rules = new Intl.PluralRules(locale);

  /** Such a form need not name its number: English has no need of it in “one sign-in” either. */
  const standsForOneNumber = (key: string) =>
    Array.from({ length: 1000 }, (_, n) => n).filter((n) => key.endsWith(`_${rules.select(n)}`)).length === 1;

  it('cover every error code, with what to do next, and every other key that code builds', () => {
    expect(needed.filter((key) => !messages[key]?.message)).toEqual([]);
  });

  it('are for the same keys as in English, with the plural forms of the language, and none is empty', () => {
    const single = Object.keys(english).filter((key) => baseOf(key) === undefined);
    const forms = rules.resolvedOptions().pluralCategories;
    const plural = bases.flatMap((base) => forms.map((form) => `${base}_${form}`));
    expect(Object.keys(messages).sort()).toEqual([...single, ...plural].sort());
    expect(Object.entries(messages).filter(([, { message }]) => message.trim() === '')).toEqual([]);
  });

  it('have the same placeholders as in English, declared in the same way', () => {
    const wrong = Object.keys(messages).filter((key) => {
      const { message = '', placeholders = {} } = messages[key] ?? {};
      const source = sourceOf(key);
      const declared = Object.entries(placeholders);
      const names = used(message);
      if (declared.some(([name, { content }]) => source.placeholders?.[name]?.content !== content))
        return true;
      if (names.some((name) => !(name.toLowerCase() in placeholders))) return true;
      if (names.length === 0 && baseOf(key) !== undefined && standsForOneNumber(key)) return false;
      return names.join() !== used(source.message).join();
    });
    expect(wrong).toEqual([]);
  });

  it('say which language they are, and how it is written', () => {
    expect(messages.language?.message).toBe(locale);
    expect(messages.direction?.message).toBe(direction);
  });

  it('fit the shops: the name in 50 characters (AMO), the description in 132 (Chrome)', () => {
    expect(messages.extensionName?.message.length).toBeLessThanOrEqual(50);
    expect(messages.extensionDescription?.message.length).toBeLessThanOrEqual(132);
  });
});

describe.each(translations)('the translation into %s', (locale, direction) => {
  it('holds no English that was left behind', () => {
    const messages = messagesOf(locale);
    const left = Object.keys(messages).filter((key) => messages[key]?.message === sourceOf(key).message);
    const fine = [...(direction === 'ltr' ? ['direction'] : []), ...(alike[locale] ?? [])];
    expect(left.sort()).toEqual(fine.sort());
  });

  it('was made from the English of today: `description` holds the English message it translates', () => {
    const stale = Object.entries(messagesOf(locale)).flatMap(([key, { description }]) => {
      const original = originalOf(key);
      if (description === original) return [];
      const before = description === undefined ? 'of unknown English' : `of ${JSON.stringify(description)}`;
      return [`${key} is a translation ${before}. Translate again, then set its description to: ${original}`];
    });
    expect(stale, `public/_locales/${locale}/messages.json`).toEqual([]);
  });
});

describe('the keys', () => {
  const code = readdirSync('src/extension', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => readFileSync(`src/extension/${name}`, 'utf8'));
  const calls = code.flatMap((one) =>
    [...one.matchAll(/\b(text|firstText|words|plural)\(([^()]*)/g)].map(([, door, given = '']) => ({
      door,
      given,
    })),
  );
  /** What is compared with is no key. */
  const literals = (given: string) =>
    [...given.matchAll(/(?<![!=]==\s*)'(\w+)'/g)].map(([, literal = '']) => literal);

  it('that pages name exist', () => {
    const named = calls.flatMap(({ door, given }) =>
      literals(given).map((key) => (door === 'plural' ? `${key}_other` : key)),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((key) => !(key in english))).toEqual([]);
  });

  it('that pages build from parts are of families this test knows', () => {
    const built = calls.flatMap(({ given }) =>
      [...given.matchAll(/`(\w*)\$\{/g)].map(([, start = '']) => start),
    );
    expect(built.length).toBeGreaterThan(2);
    expect(built.filter((start) => !(start in families) && start !== '')).toEqual([]);
  });

  it('that exist are named somewhere', () => {
    const everything = [...code, readFileSync('manifest.json', 'utf8')].join('\n');
    const unused = Object.keys(english).filter((key) => {
      const name = baseOf(key) ?? key;
      return !needed.includes(key) && !new RegExp(`\\b${name}\\b|__MSG_${name}__`).test(everything);
    });
    expect(unused).toEqual([]);
  });
});
