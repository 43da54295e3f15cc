// The page for the picture.
import { render } from 'preact';
import { beginPage } from '../shared/page.ts';
import { watchView } from '../../browser/pages/storage.ts';
import { Picture } from './picture.tsx';

beginPage('pictureTitle');
void watchView((view) => render(<Picture view={view} />, document.body));
