// Connection URLs with several hosts, as in libpq: uses the one that accepts writes.
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import pg, { type Client, type ClientConfig, type Pool, type PoolClient, type PoolConfig } from 'pg';

/** One URL per host. A URL with a single host is returned unchanged. */
export function urlsOf(url: string): string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s.exec(url);
  const [, head = '', hosts = '', tail = ''] = parts ?? [];
  if (!hosts.includes(',')) return [url];
  return hosts.split(',').map((host) => head + host + tail);
}

/**
 * libpq's `target_session_attrs`. Without it the companion still looks for a host that accepts writes, since it can use
 * no other.
 */
export function sessionAttributes(url: string): string | undefined {
  return /[?&]target_session_attrs=([^&#]*)/.exec(url)?.[1];
}

/**
 * Creates clients for the hosts of a URL, moving on to the next host when one can't be reached or accepts no writes.
 *
 * @param prepare runs on each connection before use
 * @param first `host:port` of the host to start with, if it is one of them
 */
export function createHosts(
  url: string,
  config: ClientConfig,
  prepare: (client: Client) => Promise<void>,
  first?: string,
) {
  const urls = urlsOf(url);
  const open = new Map<Client, number>();
  let using = first === undefined ? 0 : Math.max(0, urls.map(addressOf).indexOf(first));

  function client(): Client {
    const mine = using;
    const made = new pg.Client({ ...config, connectionString: urls[mine] ?? url });
    expectAddress(made);
    open.set(made, performance.now());
    made.on('error', () => undefined);
    made.once('end', () => open.delete(made));
    const connect = made.connect.bind(made) as () => Promise<unknown>;
    const connected = async () => {
      try {
        await connect();
        await prepare(made);
        if (urls.length > 1) await refuseReadOnly(made);
      } catch (error) {
        open.delete(made);
        // Another client may already have moved on.
        if (using === mine) using = (mine + 1) % urls.length;
        destroy(made);
        throw error;
      }
    };
    made.connect = ((callback?: (error?: Error) => void) => {
      const done = connected();
      if (callback === undefined) return done;
      done.then(() => callback(), callback);
      return undefined;
    }) as typeof made.connect;
    return made;
  }

  return {
    /** Creates a client, not yet connected, for the host in use. */
    client,
    /** Creates a pool of them, which tries each host before it fails to connect. */
    pool: (more: PoolConfig): Pool => {
      // A constructor that returns an object yields that object.
      const Client = function () {
        return client();
      } as unknown as new () => Client;
      const pool = new pg.Pool({ ...config, ...more, Client });
      // Users of a lost connection get its error from their statement; without a listener, idle ones would end the process.
      pool.on('error', () => undefined);
      // Each client already has an error handler, but graphile-worker warns when the pool has no listener here.
      pool.on('connect', () => undefined);
      connectRepeatedly(pool, urls.length);
      return pool;
    },
    /** Closes open and opening connections that are at least so old, in milliseconds. */
    drop: (olderThan = 0) => {
      const now = performance.now();
      for (const [one, since] of open) if (now - since >= olderThan) destroy(one);
    },
    /** `host:port` of the host in use. */
    current: () => addressOf(urls[using] ?? url),
  };
}

function addressOf(url: string): string {
  const { host, port } = new pg.Client({ connectionString: url });
  return `${host}:${port}`;
}

type Connected = (error: Error | undefined, client?: PoolClient, release?: PoolClient['release']) => void;

/**
 * Makes a pool try several times to connect, and ignore a second release in callbacks: graphile-worker (0.17) releases
 * twice when it stops while its `LISTEN` fails, which would end the process.
 */
function connectRepeatedly(pool: Pool, times: number): void {
  const connectOnce = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const connect = async (): Promise<PoolClient> => {
    let refused: unknown;
    for (let left = times; left > 0; left -= 1) {
      try {
        return await connectOnce();
      } catch (error) {
        // Prefer an error from a server over a failed connection.
        if (!(refused instanceof pg.DatabaseError)) refused = error;
        // The pool is exhausted, which says nothing about a host.
        if ((error as Error).message.startsWith('timeout exceeded')) break;
      }
    }
    throw refused as Error;
  };
  pool.connect = ((callback?: Connected) => {
    const connected = connect();
    if (callback === undefined) return connected;
    connected.then(
      (client) => callback(undefined, client, once(client.release.bind(client))),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    );
    return undefined;
  }) as Pool['connect'];
}

function once(release: PoolClient['release']): PoolClient['release'] {
  let isReleased = false;
  return (error) => {
    if (isReleased) return;
    isReleased = true;
    release(error);
  };
}

async function refuseReadOnly(client: Client): Promise<void> {
  const { rows } = await client.query<{ only: string }>(
    `select current_setting('transaction_read_only') as only`,
  );
  if (rows[0]?.only === 'on') throw new ReadOnlyHost('The server takes no writes.');
}

/** pg omits the name when a server is given by IP address, and Node would then accept a certificate for `localhost`. */
function expectAddress(client: Client): void {
  const connection = client.connection as { ssl?: boolean | ConnectionOptions };
  if (!connection.ssl || isIP(client.host) === 0) return;
  connection.ssl = { ...(connection.ssl === true ? {} : connection.ssl), host: client.host };
}

/** Mimics PostgreSQL's error for writes in a read-only transaction. */
export class ReadOnlyHost extends Error {
  readonly code = '25006';
}

/** Closes the socket without a goodbye, which a hanging server wouldn't read. */
function destroy(client: Client): void {
  client.connection.stream.destroy();
}
