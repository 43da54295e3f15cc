// Cases with a companion of their own: at the address the builds know, on the database that all of them share.
import { inject, type TestAPI } from 'vitest';
import type { Harness } from './both-browsers.ts';
import { testCompanion, type TestCompanion } from './companion.ts';

export function withCompanion(base: TestAPI<Harness>): TestAPI<Harness & { companion: TestCompanion }> {
  return base.extend<{ companion: TestCompanion }>({
    companion: async ({ mock }, use) => {
      const companion = testCompanion(mock, inject('companionPort'));
      await companion.start();
      await use(companion);
      mock.events.stop();
      await companion.stop();
    },
  });
}
