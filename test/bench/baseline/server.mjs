// The yardstick: a webhook and a resource as most would write them after FxA's tutorial, on Express 5.
import express from 'express';
import { underLoad } from '../servers/under-load.mjs';
import { sessionTokens, uidsOf } from '../servers/uids.mjs';
import { poller } from './sessions.mjs';
import { verifier } from './verifier.mjs';
import { writer } from './writer.mjs';

const { issuer, clientId, url, accounts = 0, sessions = 0 } = JSON.parse(process.argv[2]);
const { keys } = await (await globalThis.fetch(`${issuer}/v1/jwks`)).json();
const verify = verifier({ keys, issuer, clientId });
const store = url ? await writer({ url, uids: uidsOf(accounts) }) : undefined;

const app = express();
app.post('/webhooks/fxa', verify, async (request, response) => {
  await store?.write(request.claims);
  response.status(200).send('OK');
});
app.get('/v1/me', verify, (request, response) => {
  const { sub, client_id: client, scope } = request.claims;
  response.json({ user: `fxa:${sub}`, client, scope });
});
if (sessions > 0) app.get('/v1/session', await poller({ url, tokens: sessionTokens(sessions) }));

const server = app.listen(0, '127.0.0.1', () =>
  underLoad(`http://127.0.0.1:${server.address().port}`, store),
);
