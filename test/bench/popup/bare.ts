// The least a popup could be: a page that reads the view and writes name and address, added to a build to measure
// beside it.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pagePath } from '../../../scripts/build/pages.ts';

/** Its place in the build. */
export const BARE_PAGE = 'bare.html';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Bare</title>
    <script type="module" src="./bare.js"></script>
  </head>
  <body></body>
</html>
`;

const SCRIPT = `const { storage } = globalThis.browser ?? globalThis.chrome;
const { view } = await storage.local.get('view');
for (const line of [view.account.displayName, view.account.email]) {
  document.body.append(Object.assign(document.createElement('p'), { textContent: line }));
}
`;

export async function addBarePage(extensionDir: string): Promise<void> {
  await writeFile(join(extensionDir, BARE_PAGE), PAGE);
  await writeFile(join(extensionDir, 'bare.js'), SCRIPT);
}

const UNANSWERED = `const { storage } = globalThis.browser ?? globalThis.chrome;
storage.local.get = () => new Promise(() => {});
`;

const POPUP = pagePath('popup');
/** The popup once more, in a browser whose storage never answers. */
export const UNANSWERED_POPUP = POPUP.replace('index.html', 'unanswered.html');

export async function addUnansweredPopup(extensionDir: string): Promise<void> {
  const html = await readFile(join(extensionDir, POPUP), 'utf8');
  const first = '<script type="module" src="./unanswered.js"></script>';
  await writeFile(join(extensionDir, dirname(POPUP), 'unanswered.js'), UNANSWERED);
  await writeFile(join(extensionDir, UNANSWERED_POPUP), html.replace('<head>', `<head>${first}`));
}
