// Listens for account notifications on a connection of its own, and reconnects when it is lost.
import type { Client } from 'pg';
import type { Database, OnNotification } from './database.ts';
import { ACCOUNT_CHANNEL } from './notifications.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** A connection whose other end has vanished looks like a quiet one. */
const PROBE_MS = 5_000;
/** A server that became read-only sends no notifications: writes now happen elsewhere. */
const PROBE = `select 1 / (current_setting('transaction_read_only') = 'off')::int`;

export type Listener = Required<Pick<Database, 'listen' | 'isDeaf' | 'close'>>;

/** `newClient` creates a client that is not connected yet. `listen` rejects when no connection can be made now. */
export function createListener(newClient: () => Client): Listener {
  const callbacks: OnNotification[] = [];
  let connection: Promise<Client> | undefined;
  let isDeaf = true;
  let isClosed = false;
  let delay = FIRST_DELAY_MS;
  let retry: NodeJS.Timeout | undefined;

  const notify: OnNotification = (payload) => {
    for (const callback of callbacks) callback(payload);
  };

  function connected(): Promise<Client> {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function connect(): Promise<Client> {
    const client = newClient();
    client.on('notification', ({ payload }) => notify(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen "${ACCOUNT_CHANNEL}"`);
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
    const probe = setInterval(() => {
      client.query(PROBE).catch(() => client.connection.stream.destroy());
    }, PROBE_MS);
    client.once('end', () => {
      clearInterval(probe);
      if (!isClosed) lost();
    });
    // At the same moment, so that nothing kept while deaf is answered afterwards.
    isDeaf = false;
    notify(undefined);
    return client;
  }

  function lost(): void {
    connection = undefined;
    isDeaf = true;
    notify(undefined);
    reconnect();
  }

  function reconnect(): void {
    retry = setTimeout(() => {
      connected().then(
        () => {
          delay = FIRST_DELAY_MS;
        },
        () => {
          delay = Math.min(delay * 2, LONGEST_DELAY_MS);
          if (!isClosed) reconnect();
        },
      );
    }, delay).unref();
  }

  return {
    listen: async (onNotification) => {
      await connected();
      callbacks.push(onNotification);
    },
    isDeaf: () => isDeaf,
    close: async () => {
      isClosed = true;
      clearTimeout(retry);
      await connection?.then(
        (client) => client.end(),
        () => undefined,
      );
    },
  };
}
