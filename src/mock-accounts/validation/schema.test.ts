import { describe, expect, it } from 'vitest';
import { check, depends, optional, required, type Schema, validate } from './schema.ts';
import { boolean, either, INVALID, integer, nullable, positive, string, url } from './types.ts';

const schema: Schema = {
  unknown: 'stripped',
  fields: [
    required('a', string({ length: 2 })),
    optional('b', positive(10), 5),
    depends('c', string(), (seen) => (seen.b === 5 ? 'forbidden' : 'required')),
  ],
};

const failed = (input: unknown, which: Schema = schema) => {
  const outcome = check(which, input);
  return outcome.ok ? undefined : outcome.failure;
};

describe('check', () => {
  it('keeps what is known, converts and fills in', () => {
    expect(validate(schema, { a: 'xy', more: 1 })).toEqual({ a: 'xy', b: 5 });
    expect(validate(schema, { a: 'xy', b: '7', c: 'z' })).toEqual({ a: 'xy', b: 7, c: 'z' });
  });

  it('reads an object out of a string, and takes no other string for one', () => {
    const schema: Schema = { unknown: 'stripped', fields: [required('a', string())] };
    expect(check(schema, ' {"a":"b"}')).toEqual({ ok: true, values: { a: 'b' } });
    for (const text of ['{"a":', '["a"]', 'a=b', '']) {
      expect(check(schema, text)).toEqual({ ok: false, failure: { keys: [''], missing: false } });
    }
  });

  it('names the first member that fails, and whether it is missing', () => {
    expect(failed({})).toEqual({ keys: ['a'], missing: true });
    expect(failed({ a: 'x', b: 'no' })).toEqual({ keys: ['a'], missing: false });
    expect(failed({ a: 'xy', b: 11 })).toEqual({ keys: ['b'], missing: false });
    expect(failed({ a: 'xy', c: 'z' })).toEqual({ keys: ['c'], missing: false });
    expect(failed({ a: 'xy', b: 7 })).toEqual({ keys: ['c'], missing: true });
  });

  it.each([null, [], 'text', 5, undefined])('wants an object, not %j', (input) => {
    expect(failed(input)).toEqual({ keys: [''], missing: false });
  });

  it('lists every unknown member and the rule between members when it refuses', () => {
    const strict: Schema = {
      unknown: 'refused',
      exactlyOne: ['x', 'y'],
      fields: [optional('x', string()), optional('y', string())],
    };
    expect(failed({ x: '1', z: 1, w: 1 }, strict)?.keys).toEqual(['z', 'w']);
    expect(failed({ z: 1 }, strict)?.keys).toEqual(['z', '']);
    expect(failed({ x: '1', y: '1' }, strict)?.keys).toEqual(['']);
    expect(failed({ y: '1' }, strict)).toBeUndefined();
  });

  it('wants all or none', () => {
    const pair: Schema = {
      unknown: 'stripped',
      allOrNone: ['x', 'y'],
      fields: [optional('x', string()), optional('y', string())],
    };
    expect(failed({ x: '1' }, pair)?.keys).toEqual(['']);
    expect(failed({}, pair)).toBeUndefined();
    expect(failed({ x: '1', y: '1' }, pair)).toBeUndefined();
  });

  it('renames, and refuses the new name by itself', () => {
    const renamed: Schema = {
      unknown: 'refused',
      rename: { from: 'old', to: 'x' },
      fields: [optional('x', string())],
    };
    expect(validate(renamed, { old: '1' })).toEqual({ x: '1' });
    expect(failed({ x: '1' }, renamed)?.keys).toEqual(['']);
  });
});

describe('kinds', () => {
  it('strings are neither empty nor numbers', () => {
    expect(string()('')).toBe(INVALID);
    expect(string({ empty: true })('')).toBe('');
    expect(string()(7)).toBe(INVALID);
    expect(string({ min: 2, max: 3 })('abcd')).toBe(INVALID);
    expect(string({ oneOf: ['a'] })('b')).toBe(INVALID);
  });

  it('numbers come as text too', () => {
    expect(positive()('60')).toBe(60);
    expect(positive()('1.5')).toBe(1.5);
    expect([positive()(0), positive()(-1), positive()('abc'), positive()(''), positive(5)(6)]).toEqual(
      Array(5).fill(INVALID),
    );
    expect(integer(5)('5')).toBe(5);
    expect([integer(5)(6), integer(5)(1.5), integer(5)('')]).toEqual(Array(3).fill(INVALID));
  });

  it('URLs have a scheme of the list', () => {
    expect(url(['https'], 256)('https://a.example/')).toBe('https://a.example/');
    expect(url(['https'], 256)('http://a.example/')).toBe(INVALID);
    expect(url(['https'], 256)('moz-extension://x/')).toBe(INVALID);
    expect(url(['https'], 20)(`https://${'a'.repeat(20)}/`)).toBe(INVALID);
  });

  it('booleans, alternatives, null', () => {
    expect(boolean('true')).toBe(true);
    expect(boolean('yes')).toBe(INVALID);
    expect(either(string({ length: 1 }), string({ length: 3 }))('abc')).toBe('abc');
    expect(either(string({ length: 1 }))('abc')).toBe(INVALID);
    expect(nullable(string())(null)).toBeNull();
  });
});
