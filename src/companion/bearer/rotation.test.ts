import { expect, it } from 'vitest';
import { accountName, accountKey } from '../clients.ts';
import { checking, client, nameOf, NOW, TOKEN, UID } from './testing/fakes.ts';

const formerSecret = new Uint8Array(32).fill(9);

it('drops a cached verdict by the name under either secret during a rotation', async () => {
  const { check, evict, accounts } = checking({ formerSecret });
  for (const name of [nameOf(UID), accountName(accountKey(formerSecret, client(), UID))]) {
    await check(TOKEN);
    const asked = accounts.asked.length;
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(asked);
    evict(name, NOW);
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(asked + 1);
  }
});
