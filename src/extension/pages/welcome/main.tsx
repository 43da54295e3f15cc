// The welcome page, opened once after installation: what this is, where its button is, and a way to sign in.
import { render } from 'preact';
import { tellObjection } from '../shared/do-not-track.ts';
import { beginPage } from '../shared/page.ts';
import { watchView } from '../../browser/pages/storage.ts';
import { Welcome } from './welcome.tsx';

beginPage('welcomeTitle');

void watchView((view) => render(<Welcome view={view} />, document.body))
  .then(tellObjection)
  .catch(() => {
    // Ignored: only what the view allows is counted, and the next page reports again.
  });
