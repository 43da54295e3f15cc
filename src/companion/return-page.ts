// The page where a sign-in in a tab ends. It stores and loads nothing: the extension reads the authorization code from
// the address of the tab it opened.
import { Hono } from 'hono';
import { pagePolicy } from './http/page-policy.ts';

export const RETURN_PATH = '/auth/return';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; padding: 2rem; text-align: center; }
h1 { font-size: 1.5rem; line-height: 1.25; }
`;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="icon" href="data:," />
    <title>You can close this tab</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>You can close this tab</h1>
      <p>Go back to the extension: it says how the sign-in ended.</p>
    </main>
  </body>
</html>
`;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // Keeps the code in the address out of caches and referrers.
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': pagePolicy(STYLE),
};

/** The route. It never reads its request, so it can't log the code. */
export function returnPage(): Hono {
  const app = new Hono();
  app.get(RETURN_PATH, (c) => c.body(PAGE, 200, HEADERS));
  return app;
}
