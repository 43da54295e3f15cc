// The page for the picture.
import { showView } from '../shared/layout.tsx';
import { Picture } from './picture.tsx';

void showView('pictureTitle', Picture);
