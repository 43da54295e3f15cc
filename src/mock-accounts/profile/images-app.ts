/** The image host: pictures chosen by people, and the silhouette of 2019. */
import { Hono } from 'hono';
import type { MockContext } from '../context.ts';
import { DEFAULT_AVATAR_ID } from './avatar-of.ts';
import { EXPOSED_DEFAULT } from '../http/server-style.ts';
import { etagOf } from './profile.ts';
import { silhouette } from './pictures.ts';

/** Builds the app. FxA: `_small` and `_large` are sizes of the same picture. */
export function imagesApp(context: MockContext): Hono {
  const app = new Hono();
  app.get('/a/:file', (c) => {
    const id = c.req.param('file').replace(/_(?:small|large)$/, '');
    const headers = { 'cache-control': 'public, max-age=86400', 'x-content-type-options': 'nosniff' };
    if (id === DEFAULT_AVATAR_ID)
      return c.body(silhouette(), 200, { ...headers, 'content-type': 'image/svg+xml' });
    const image = context.store.images.find(id);
    if (image === undefined) return c.notFound();
    if (!context.rules.pictureTypes) {
      // FxA: the store of pictures of a developer's machine knows no types.
      return c.body(image.bytes, 200, {
        'content-type': 'application/octet-stream',
        'last-modified': new Date(context.now()).toUTCString(),
        etag: etagOf(Buffer.from(image.bytes).toString('latin1')),
        'access-control-allow-origin': '*',
        'access-control-expose-headers': EXPOSED_DEFAULT,
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
      });
    }
    return c.body(image.bytes, 200, { ...headers, 'content-type': image.type });
  });
  return app;
}
