// The welcome page, opened once at a first installation: what this is, where its button is, and a place to sign in.
import { render } from 'preact';
import { tellObjection } from '../shared/do-not-track.ts';
import { beginPage } from '../shared/page.ts';
import { watchView } from '../../browser/pages/watch-view.ts';
import { Welcome } from './welcome.tsx';

beginPage('welcomeTitle');

void watchView((view) => render(<Welcome view={view} />, document.body))
  .then(tellObjection)
  .catch(() => {
    // Without an answer nothing is measured but what the view allows; the next page asks again.
  });
