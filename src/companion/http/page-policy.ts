// The content security policy of the companion's pages.
import { createHash } from 'node:crypto';

/** A policy that allows nothing but the inline `<style>` with exactly this content. */
export function pagePolicy(style: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
