// An HTTPS proxy: supports only CONNECT, and records targets and credentials.
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

export interface ConnectProxy {
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  /** `host:port` of each tunnel. */
  readonly asked: string[];
  readonly credentials: Set<string>;
  readonly stop: () => Promise<void>;
}

/** @param ports ports on this machine for host names without DNS */
export async function startConnectProxy(ports: Readonly<Record<string, number>> = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const credentials = new Set<string>();
  const open = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('connect', ({ url = '', headers }, near: Socket) => {
    asked.push(url);
    credentials.add(headers['proxy-authorization'] ?? '');
    const { hostname, port } = new URL(`tcp://${url}`);
    const known = ports[url];
    const far = known === undefined ? connect(Number(port), hostname) : connect(known, '127.0.0.1');
    far.once('connect', () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    far.on('error', () => near.destroy());
    near.on('error', () => far.destroy());
    near.once('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    credentials,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
