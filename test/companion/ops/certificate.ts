// Self-signed certificates, and a proxy that ends TLS as the one in front of a deployed companion does.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Certificate {
  readonly path: string;
  readonly key: Buffer;
  readonly cert: Buffer;
}

/** Makes one with openssl, for a name (`DNS:accounts.test`) or an address (`IP:127.0.0.1`). */
export function certificateIn(folder: string, subject: string): Certificate {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${subject.replace(/^\w+:/, '')}`],
      ...['-addext', `subjectAltName=${subject}`],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  return { path: cert, key: readFileSync(key), cert: readFileSync(cert) };
}

export interface TlsProxy {
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Sends a request through it. */
  ask(
    path: string,
    method?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }>;
  stop(): void;
}

/** Starts a proxy before a port of this machine; it appends the caller's address to `X-Forwarded-For`. */
export async function startTlsProxy({ key, cert }: Certificate, port: number): Promise<TlsProxy> {
  const server = createServer({ key, cert }, (asked, answer) => {
    const headers = { ...asked.headers, 'x-forwarded-for': asked.socket.remoteAddress ?? '' };
    const options = { host: '127.0.0.1', port, method: asked.method, path: asked.url, headers };
    const passed = httpRequest(options, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.once('error', () => answer.writeHead(502).end());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    ask: (path, method = 'GET', headers = {}) =>
      new Promise((resolve, reject) => {
        const asked = httpsRequest(`https://${host}${path}`, { method, headers, ca: cert }, (answer) => {
          text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, text: body }), reject);
        });
        asked.once('error', reject).end();
      }),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
