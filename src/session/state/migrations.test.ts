import { describe, expect, it } from 'vitest';
import steps from '../../../test/fixtures/record-1-to-2.json' with { type: 'json' };
import { parseRecord } from './parse-record.ts';

describe.each(Object.entries(steps))('a record of version 1: %s', (_name, { before, after }) => {
  it('migrates a version 1 record the way it always has', () => {
    expect(parseRecord(before, 'd')).toEqual(after);
  });

  it('leaves a migrated record unchanged', () => {
    expect(parseRecord(after, 'd')).toEqual(after);
  });
});
