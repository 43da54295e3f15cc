// The welcome page, opened once after installation: what this is, where its button is, and a way to sign in.
import { showView, tellObjection } from '../shared/layout.tsx';
import { Welcome } from './welcome.tsx';

showView('welcomeTitle', Welcome)
  .then(tellObjection)
  .catch(() => {
    // Ignored: only what the view allows is counted, and the next page reports again.
  });
