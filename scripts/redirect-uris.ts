// `npm run redirect-uris`: what an integration request to Mozilla must name.
import { redirectUris } from './manifest.ts';

// Sign-ins in a tab end there; it is registered like the others.
if (process.env.FXA_RETURN_PAGE) console.log(`${'in a tab'.padEnd(9)} ${process.env.FXA_RETURN_PAGE}`);
for (const [browser, uri] of Object.entries(redirectUris())) console.log(`${browser.padEnd(9)} ${uri}`);
