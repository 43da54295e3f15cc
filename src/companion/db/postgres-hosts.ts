// The servers that a URL names, as libpq has them: several hosts, of which the one that takes writes is the one to use.
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import pg, { type Client, type ClientConfig, type Pool, type PoolClient } from 'pg';

export interface Hosts {
  /** A new connection, not yet connected, to the host that is in use now. */
  readonly client: () => Client;
  /** A constructor for pools: each of its clients is one of those. */
  readonly Client: new () => Client;
  /** All that are open or opening. */
  readonly drop: (olderThan?: number) => void;
  /** `host:port` of the one in use. */
  readonly current: () => string;
  /** Has a pool of these clients try each host in turn before it says that there is no connection. */
  readonly tryEach: (pool: Pool) => void;
}

/** The URL of each host in turn. One with a single host is left as it is. */
export function urlsOf(url: string): string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s.exec(url);
  const [, head = '', hosts = '', tail = ''] = parts ?? [];
  if (!hosts.includes(',')) return [url];
  return hosts.split(',').map((host) => head + host + tail);
}

/** libpq: which sessions are wanted. Without it the companion looks for one that takes writes as well: others are of no use to it. */
export function sessionAttributes(url: string): string | undefined {
  return /[?&]target_session_attrs=([^&#]*)/.exec(url)?.[1];
}

/**
 * Clients of a configuration, one host after the other: where no connection can be had, or nothing be written, the next is tried.
 *
 * @param prepare is done with each connection before it is used
 * @param first `host:port` of the one to begin with, where it is one of them
 */
export function createHosts(
  url: string,
  config: ClientConfig,
  prepare: (client: Client) => Promise<void>,
  first?: string,
): Hosts {
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
        // Others may have gone on to the next one meanwhile.
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
    client,
    // A constructor that returns an object gives that object.
    Client: function () {
      return client();
    } as unknown as new () => Client,
    drop: (olderThan = -Infinity) => {
      const now = performance.now();
      for (const [one, since] of open) if (now - since >= olderThan) destroy(one);
    },
    current: () => addressOf(urls[using] ?? url),
    tryEach: (pool) => {
      if (urls.length > 1) connectRepeatedly(pool, urls.length);
    },
  };
}

function addressOf(url: string): string {
  const { host, port } = new pg.Client({ connectionString: url });
  return `${host}:${port}`;
}

type Connected = (error: Error | undefined, client?: PoolClient, release?: PoolClient['release']) => void;

function connectRepeatedly(pool: Pool, times: number): void {
  const connectOnce = pool.connect.bind(pool) as () => Promise<PoolClient>;
  const connect = async (): Promise<PoolClient> => {
    let refused: unknown;
    for (let left = times; left > 0; left -= 1) {
      try {
        return await connectOnce();
      } catch (error) {
        // What a server says tells more than that another one is not there.
        if (!(refused instanceof pg.DatabaseError)) refused = error;
        // All connections are lent, which says nothing about a host.
        if ((error as Error).message.startsWith('timeout exceeded')) break;
      }
    }
    throw refused as Error;
  };
  pool.connect = ((callback?: Connected) => {
    const connected = connect();
    if (callback === undefined) return connected;
    connected.then(
      (client) => callback(undefined, client, client.release.bind(client)),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    );
    return undefined;
  }) as Pool['connect'];
}

async function refuseReadOnly(client: Client): Promise<void> {
  const { rows } = await client.query<{ only: string }>(
    `select current_setting('transaction_read_only') as only`,
  );
  if (rows[0]?.only === 'on') throw new ReadOnlyHost('The server takes no writes.');
}

/** pg leaves out the name of a server that is called by its address, and Node then takes a certificate for `localhost`. */
function expectAddress(client: Client): void {
  const connection = client.connection as { ssl?: boolean | ConnectionOptions };
  if (!connection.ssl || isIP(client.host) === 0) return;
  connection.ssl = { ...(connection.ssl === true ? {} : connection.ssl), host: client.host };
}

/** Looks like PostgreSQL's own answer, of which it is the same kind. */
export class ReadOnlyHost extends Error {
  readonly code = '25006';
}

/** Without a word, which a server that hangs would not hear. */
function destroy(client: Client): void {
  client.connection.stream.destroy();
}
