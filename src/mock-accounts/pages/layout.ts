/** The frame of every page: plain, readable, light and dark, and visibly not the real thing. */
import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { STYLE } from './style.ts';

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** Inline script, trusted text of this program. */
  readonly script?: string;
  /** Data for the script, readable there as `data`. */
  readonly data?: unknown;
  readonly status?: 200 | 400 | 403 | 404;
  readonly wide?: boolean;
  /** Its form is answered with a redirect to the client, which Chromium would hold against the policy for forms. */
  readonly redirectsToClient?: true;
}

/** JSON that cannot end a script element. */
function scriptJson(data: unknown): string {
  return JSON.stringify(data ?? null)
    .replace(/</g, '\\u003c')
    .replace(/[\u2028\u2029]/g, ' ');
}

/** Renders a page. Nothing is loaded from anywhere else, and only this page's own script may run. */
export async function render(c: Context, page: Page): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const script =
    page.script === undefined
      ? ''
      : html`<script nonce="${nonce}">
          const data = ${raw(scriptJson(page.data))};
          ${raw(page.script)};
        </script>`;
  const markup = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <title>${page.title} · mock server</title>
        <style nonce="${nonce}">
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <p class="notice"><strong>Mock server:</strong> not the real Mozilla accounts.</p>
        <main class="${page.wide === true ? 'wide' : 'narrow'}">${page.body}</main>
        ${script}
      </body>
    </html>`;
  c.header('content-security-policy', policy(nonce, page.redirectsToClient !== true));
  c.header('referrer-policy', 'same-origin');
  c.header('x-content-type-options', 'nosniff');
  c.header('cache-control', 'no-store');
  return c.html(await markup, page.status ?? 200);
}

function policy(nonce: string, formsStay: boolean): string {
  return [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    ...(formsStay ? [`form-action 'self'`] : []),
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
