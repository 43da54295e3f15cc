// A resource of another service that uses the companion's check of access tokens, and nothing else of the companion.
import { Hono } from 'hono';
import { createTokenCheck } from '../../../src/companion/bearer/check.ts';
import type { Client } from '../../../src/companion/clients.ts';
import { createEndpoints } from '../../../src/companion/endpoints.ts';
import { startServer } from '../../../src/companion/server.ts';
import { me } from '../../../src/companion/routes/me.ts';
import { createKeySet } from '../../../src/companion/security-events/key-set.ts';
import { mockServerEndpoints } from '../../../src/fxa/environments.ts';
import { underLoad } from './under-load.mjs';

type Options = Pick<Client, 'clientId' | 'scope'> & { readonly issuer: string };

const { issuer, clientId, scope } = JSON.parse(process.argv[2] ?? '') as Options;
const http = { fetch, now: Date.now };
const endpoints = createEndpoints({ first: mockServerEndpoints(issuer), http, now: Date.now });
const { check } = createTokenCheck({
  clients: [{ clientId, scope, name: 'bench', space: 'bench', jwt: true }],
  endpoints,
  http,
  mode: 'introspect',
  findKey: createKeySet({ endpoints, http, now: Date.now }),
  secret: Buffer.alloc(32, 'bench'),
  now: Date.now,
});
const app = new Hono().route('/', me({ check, realm: 'bench' }));
underLoad((await startServer({ app, host: '127.0.0.1', port: 0 })).origin);
