// Listens for PostgreSQL notifications on its own connection, and reconnects when it is lost.
import pg, { type Client } from 'pg';

type OnNotification = (payload: string | undefined) => void;

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** A connection whose other end has vanished looks like a quiet one. */
const PROBE_MS = 5_000;
/** A server that became read-only sends no notifications: writes now happen elsewhere. */
const PROBE = `select 1 / (current_setting('transaction_read_only') = 'off')::int`;

export interface Listener {
  /** As `Database.listen`. Rejects when no connection can be made now. */
  readonly listen: (channel: string, onNotification: OnNotification) => Promise<void>;
  /** As `Database.isDeaf`. */
  readonly isDeaf: () => boolean;
  readonly close: () => Promise<void>;
}

/** `newClient` creates a client that is not connected yet. */
export function createListener(newClient: () => Client): Listener {
  const channels = new Map<string, Set<OnNotification>>();
  let connection: Promise<Client> | undefined;
  let isDeaf = true;
  let closed = false;
  let delay = FIRST_DELAY_MS;
  let retry: NodeJS.Timeout | undefined;

  const tellAll = () => {
    for (const onNotification of [...channels.values()].flatMap((all) => [...all])) onNotification(undefined);
  };

  async function connect(): Promise<Client> {
    const client = newClient();
    client.on('notification', ({ channel, payload }) => {
      for (const onNotification of channels.get(channel) ?? []) onNotification(payload ?? '');
    });
    try {
      await client.connect();
      for (const channel of channels.keys()) await listenTo(client, channel);
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
    const probe = setInterval(() => {
      client.query(PROBE).catch(() => client.connection.stream.destroy());
    }, PROBE_MS);
    client.once('end', () => {
      clearInterval(probe);
      if (!closed) lost();
    });
    // At the same moment, so that nothing kept while deaf is answered afterwards.
    isDeaf = false;
    tellAll();
    return client;
  }

  function lost(): void {
    connection = undefined;
    isDeaf = true;
    tellAll();
    again();
  }

  function again(): void {
    retry = setTimeout(() => {
      connected().then(
        () => {
          delay = FIRST_DELAY_MS;
        },
        () => {
          delay = Math.min(delay * 2, LONGEST_DELAY_MS);
          if (!closed) again();
        },
      );
    }, delay);
    retry.unref();
  }

  function connected(): Promise<Client> {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  return {
    listen: async (channel, onNotification) => {
      const others = channels.get(channel);
      if (others === undefined) {
        const client = await connected();
        await listenTo(client, channel);
      }
      channels.set(channel, new Set([...(others ?? []), onNotification]));
    },
    isDeaf: () => isDeaf,
    close: async () => {
      closed = true;
      clearTimeout(retry);
      const open = connection;
      await open?.then(
        (client) => client.end(),
        () => undefined,
      );
    },
  };
}

async function listenTo(client: Client, channel: string): Promise<void> {
  await client.query(`listen ${pg.escapeIdentifier(channel)}`);
}
