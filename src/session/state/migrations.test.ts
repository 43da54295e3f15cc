import { describe, expect, it } from 'vitest';
import steps from '../../../test/fixtures/record-1-to-2.json' with { type: 'json' };
import { parseRecord } from './record.ts';

describe.each(Object.entries(steps))('a record of version 1: %s', (_name, { before, after }) => {
  it('becomes what it always became', () => {
    expect(parseRecord(before, 'd')).toEqual(after);
  });

  it('is version 2 once and for all', () => {
    expect(parseRecord(after, 'd')).toEqual(after);
  });
});
