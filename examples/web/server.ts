// The to-do list's own server: its three files, and each account's list, for whom the companion says a token belongs to.
// `npx tsx examples/web/server.ts` serves it beside `npm run companion`.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { WEB_PATHS, type ParamsAnswer } from '../../src/contract/web-sign-in.ts';

/** Listed as an authorized domain of the companion for development. */
export const WEB_PORT = 9730;

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' } as const;
const FILES = { '/': 'index.html', '/style.css': 'style.css', '/app.js': 'app.js' } as const;

export interface RunningExample {
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** Serves it on 127.0.0.1; port 0 is any free one. `companion`: its origin. */
export async function startExample(companion: string, port = WEB_PORT): Promise<RunningExample> {
  const params = await fetch(companion + WEB_PATHS.params);
  if (!params.ok) throw new Error(`The companion signs in no web application (${params.status}).`);
  const { oauth_uri: accounts } = (await params.json()) as ParamsAnswer;
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${companion} ${accounts}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const lists = new Map<string, string[]>();

  /** The account's id, by its access token; undefined when the token is not valid. */
  async function userOf({ headers: { authorization = '' } }: IncomingMessage): Promise<string | undefined> {
    const answer = await fetch(`${companion}/v1/me`, { headers: { authorization } });
    if (answer.status >= 500) throw new Error('The companion does not answer');
    return answer.ok ? ((await answer.json()) as { user: string }).user : undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, type: string, body: string | Buffer) =>
      void response
        .writeHead(status, {
          'content-type': `${type}; charset=utf-8`,
          'content-security-policy': policy,
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-store',
        })
        .end(body);
    const path = request.url ?? '';
    if (path in FILES) {
      const file = FILES[path as keyof typeof FILES];
      const type = TYPES[file.split('.')[1] as keyof typeof TYPES];
      send(200, type, readFileSync(new URL(file, import.meta.url)));
      return;
    }
    const sendJson = (status: number, body: object) => send(status, 'application/json', JSON.stringify(body));
    if (path === '/config.json') {
      sendJson(200, { companion, accounts });
      return;
    }
    if (path !== '/tasks') {
      sendJson(404, {});
      return;
    }
    const user = await userOf(request);
    if (user === undefined) {
      sendJson(401, {});
      return;
    }
    const list = lists.get(user) ?? [];
    if (request.method === 'POST') {
      const { task } = (await json(request)) as { task?: unknown };
      if (typeof task !== 'string' || task.length > 200 || list.length >= 100) {
        sendJson(400, {});
        return;
      }
      list.push(task);
      lists.set(user, list);
    }
    sendJson(200, { user, list });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(503).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await startExample(process.env.COMPANION ?? 'http://127.0.0.1:9721');
  console.log(`to-do list: ${origin}`);
}
