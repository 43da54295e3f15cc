// What a page of the companion may do: show itself, in the one style it carries.
import { createHash } from 'node:crypto';

/** The content security policy for a page whose `<style>` holds exactly `style`. */
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
