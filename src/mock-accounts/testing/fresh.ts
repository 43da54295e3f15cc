/** A mock server for one test: its own store, a clock that the test controls, and a driver. */
import { createMockServer, type MockServer } from '../app.ts';
import type { Era } from '../era.ts';
import { createKeys } from '../keys.ts';
import { browser, type Browser } from './browse.ts';
import { type Driver, drive, TEST_CLIENT, type Answer } from './drive.ts';

/** Shared by all, because generating RSA keys is slow. */
const keys = createKeys(Date.now);

export interface Fresh {
  /** Milliseconds since the epoch. */
  readonly clock: { now: number };
  readonly mock: MockServer;
  readonly driver: Driver;
  readonly page: Browser;
}

export function fresh(era: Era): Fresh {
  const clock = { now: 1_795_240_445_000 };
  const mock = createMockServer({ era, origin: 'http://127.0.0.1:9720', now: () => clock.now, keys });
  return { clock, mock, driver: drive(mock), page: browser(mock) };
}

/** The members a validation error names. */
export function faultyKeys(body: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  return (body.validation as { keys?: string[] } | undefined)?.keys;
}

/** Asks for an access token with a refresh token of the test client. */
export function refreshWith(driver: Driver, token: unknown, more: object = {}): Promise<Answer> {
  const request = { client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: token, ...more };
  return driver.post('/v1/token', request);
}
