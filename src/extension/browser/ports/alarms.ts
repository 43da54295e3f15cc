// Implements the `Alarms` port.
import type { Alarms } from '../../../session/ports.ts';
import { browser } from '../api.ts';

export const alarms: Alarms = {
  set: async (name, when) => {
    await browser.alarms.create(name, { when });
  },
  clear: async (name) => {
    await browser.alarms.clear(name);
  },
};
