// Every picture in public/icons, and the drawing it is made from. Paths from the root of the repository.

/** CSS pixels. The toolbar's are for a button, and for one on a screen of twice the density. */
const EXTENSION_SIZES = [16, 32, 48, 128];
const TOOLBAR_SIZES = [16, 32];
/** There is one for each state of the toolbar (browser/background/toolbar.ts). */
const TOOLBAR: Readonly<Record<string, string>> = {
  attention: 'scripts/pictures/icons/attention.svg',
  in: 'scripts/pictures/icons/in.svg',
  offline: 'scripts/pictures/icons/offline.svg',
  out: 'scripts/pictures/icons/out.svg',
};

const files = (name: string, drawing: string, sizes: readonly number[]) =>
  sizes.map((size) => ({ file: `public/icons/${name}-${size}.png`, drawing, size }));

export const ICON_FILES = [
  ...files('icon', 'public/icons/icon.svg', EXTENSION_SIZES),
  ...Object.entries(TOOLBAR).flatMap(([name, drawing]) => files(name, drawing, TOOLBAR_SIZES)),
];
