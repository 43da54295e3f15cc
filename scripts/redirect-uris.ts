// `npm run redirect-uris`: what an integration request to Mozilla must name.
import { redirectUris } from './manifest.ts';

const { FXA_RETURN_PAGE } = process.env;
for (const [browser, uri] of Object.entries(redirectUris())) console.log(`${browser.padEnd(9)} ${uri}`);
console.log(
  FXA_RETURN_PAGE
    ? `in a tab  ${FXA_RETURN_PAGE}`
    : '\nFor sign-ins in a tab also the return page of your companion: set FXA_RETURN_PAGE to its address.',
);
console.log('The first two follow from the ids in manifest.json: make those your own before you ask.');
