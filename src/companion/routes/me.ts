// A sample resource: returns the user an access token belongs to. Copy it to start your own:
//
//   app.use('/v1/notes', bearer({ check, realm, scope: 'profile:uid', fresh: 'writes' }));
//   app.get('/v1/notes', async (c) => c.json(await notesOf(c.var.user)));
//
// and mount it in app.ts, beside this one: `.route('/', notes({ check: tokens.check, realm }))`. Without a path, the
// check would apply to every later route of the companion. See docs/companion.md.
//
// Store data under `c.var.user`, which identifies a person within one client, so that clients never see each other's
// data.
import { Hono } from 'hono';
import { bearer, type BearerOptions, type BearerVariables } from '../bearer/middleware.ts';

export const ME_PATH = '/v1/me';

/** The response body. It omits the e-mail address, which a route that only needs its user has no use for. */
export interface MeAnswer {
  /** `fxa:<uid>-<client>` */
  readonly user: string;
  readonly client: string;
  /** Space-separated, as granted. */
  readonly scope: string;
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'private, no-store' };

/** The route `GET /v1/me`. Errors are thrown as `Problem`. */
export function me(options: BearerOptions): Hono<{ Variables: BearerVariables }> {
  const app = new Hono<{ Variables: BearerVariables }>();
  app.get(ME_PATH, bearer(options), (c) => {
    const token = c.get('token');
    const answer: MeAnswer = { user: c.get('user'), client: token.client.name, scope: token.scope };
    // `c.json` with custom headers is three times as slow, which would dominate the cost of a cached token.
    return new Response(JSON.stringify(answer), { headers: HEADERS });
  });
  return app;
}
