// The views in which nobody is signed in for certain, by the name of their state.
export { NeedsReauth as needsReauth } from './needs-reauth.tsx';
export { SignedOut as signedOut } from './signed-out.tsx';
export { SigningIn as signingIn } from './signing-in.tsx';
