// A sample resource: tells whoever shows an access token as whom it is known here. Copy it to begin one of your own:
//
//   app.use('/v1/notes', bearer({ check, realm, scope: 'profile:uid', fresh: 'writes' }));
//   app.get('/v1/notes', async (c) => c.json(await notesOf(c.var.user)));
//
// and mount it in app.ts, beside this one: `.route('/', notes({ check: tokens.check, realm }))`. Without its path the check would
// stand before every later route of the companion. docs/companion.md says more.
//
// Keep data under `c.var.user`; it names a person as the user of one client, so that no client sees another's.
import { Hono } from 'hono';
import { bearer, type BearerOptions, type BearerVariables } from '../bearer/middleware.ts';

export const ME_PATH = '/v1/me';

/** The body of the answer. No address: it is no business of a route that only needs to know its user. */
export interface MeAnswer {
  /** `fxa:<uid>-<client>` */
  readonly user: string;
  readonly client: string;
  /** Space-separated, as granted. */
  readonly scope: string;
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'private, no-store' };

/** The route `GET /v1/me`. What goes wrong is thrown as a `Problem`. */
export function me(options: BearerOptions): Hono<{ Variables: BearerVariables }> {
  const app = new Hono<{ Variables: BearerVariables }>();
  app.get(ME_PATH, bearer(options), (c) => {
    const token = c.get('token');
    const answer: MeAnswer = { user: c.get('user'), client: token.client.name, scope: token.scope };
    // `c.json` with headers of its own takes three times as long, which is most of what a remembered token costs.
    return new Response(JSON.stringify(answer), { headers: HEADERS });
  });
  return app;
}
