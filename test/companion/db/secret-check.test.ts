import { expect, it } from 'vitest';
import { checkSecret } from '../../../src/companion/db/same-settings.ts';
import { onEachDatabase } from './on-each-database.ts';

const SECRET = new Uint8Array(32).fill(1);

onEachDatabase((harness) => {
  it('records the first of many concurrent secrets, and refuses every other', async () => {
    await harness.database.query('delete from companion.made_with');
    await Promise.all(Array.from({ length: 10 }, () => checkSecret(harness.database, { secret: SECRET })));
    await checkSecret(harness.database, { secret: SECRET });
    const other = checkSecret(harness.database, { secret: new Uint8Array(32).fill(2) });
    await expect(other).rejects.toMatchObject({ code: 'secret_changed' });
    const marks = await harness.database.query<{ mark: Uint8Array }>('select mark from companion.made_with');
    expect(marks).toHaveLength(1);
    expect(Buffer.from(marks[0]?.mark ?? []).includes(Buffer.from(SECRET))).toBe(false);
  });
});
