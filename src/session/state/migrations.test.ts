// Frozen records of every version, and what each step makes of them.
import { describe, expect, it } from 'vitest';
import oneToTwo from '../../../test/fixtures/record-1-to-2.json' with { type: 'json' };
import twoToThree from '../../../test/fixtures/record-2-to-3.json' with { type: 'json' };
import { toVersion2, toVersion3 } from './migrations.ts';
import { parseRecord } from './parse-record.ts';
import { RECORD_VERSION } from './record.ts';

describe.each(Object.entries(oneToTwo))('a record of version 1: %s', (_name, { before, after }) => {
  it('migrates to version 2 the way it always has', () => {
    expect(toVersion2(before as Parameters<typeof toVersion2>[0])).toEqual(after);
  });

  it('is read', () => {
    expect(parseRecord(before, 'd')).toMatchObject({ version: RECORD_VERSION });
  });
});

describe.each(Object.entries(twoToThree))('a record of version 2: %s', (_name, { before, after }) => {
  it('migrates to version 3 the way it always has', () => {
    expect(toVersion3(before as Parameters<typeof toVersion3>[0])).toEqual(after);
  });

  it('is read, and then left unchanged', () => {
    expect(parseRecord(before, 'd')).toEqual(after);
    expect(parseRecord(after, 'd')).toEqual(after);
  });
});
