// `npm run redirect-uris`: what an integration request to Mozilla must name.
import { redirectUris } from './manifest.ts';

for (const [browser, uri] of Object.entries(redirectUris())) console.log(`${browser.padEnd(9)} ${uri}`);
