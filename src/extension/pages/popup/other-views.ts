// The views for states other than signed in, loaded on demand.
export { NeedsReauth as needsReauth } from './needs-reauth.tsx';
export { SignedOut as signedOut } from './signed-out.tsx';
export { SigningIn as signingIn } from './signing-in.tsx';
