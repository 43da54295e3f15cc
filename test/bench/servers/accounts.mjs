// Stands in for Mozilla accounts at the least cost there can be: its keys, and an introspection that knows every token.
import { createServer } from 'node:http';
import { underLoad } from './under-load.mjs';

const { clientId, scope, keys } = JSON.parse(process.argv[2]);
const HOUR = 3_600_000;

/** FxA: instants in milliseconds. */
function introspected(body) {
  const { token } = JSON.parse(body);
  const now = Date.now();
  const life = { iat: now - 1000, exp: now + HOUR };
  return {
    active: true,
    token_type: 'access_token',
    sub: token.slice(0, 32),
    client_id: clientId,
    scope,
    ...life,
  };
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text) => (body += text));
  request.on('end', () => {
    const answer = request.url === '/v1/jwks' ? { keys } : introspected(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
});
server.listen(0, '127.0.0.1', () => underLoad(`http://127.0.0.1:${server.address().port}`));
