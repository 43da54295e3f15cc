/** Pictures drawn here: letters for people without one, and the ready account's own. */

const COLOURS = ['#0060df', '#7542e5', '#c50042', '#008787', '#b84f00', '#3f7d20'];

/** Text that cannot end an element or attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/** A square SVG with a letter on a colour of its own. */
export function monogram(letter: string): string {
  const colour = COLOURS[(letter.codePointAt(0) ?? 0) % COLOURS.length] ?? '#0060df';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="200" height="200">` +
    `<rect width="100" height="100" fill="${colour}"/>` +
    `<text x="50" y="50" dy=".36em" text-anchor="middle" font-family="sans-serif" font-size="52" fill="#fff">` +
    `${escaped(letter)}</text></svg>`
  );
}

/** The picture everybody had in 2019 who chose none: a head and shoulders. */
export function silhouette(): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="200" height="200">` +
    `<rect width="100" height="100" fill="#c3cfd8"/><circle cx="50" cy="40" r="18" fill="#fff"/>` +
    `<path d="M14 100c0-24 16-38 36-38s36 14 36 38z" fill="#fff"/></svg>`
  );
}

/** The ready account's own picture: a portrait in a few shapes. */
export function portrait(): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="200" height="200">` +
    `<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="#ffbd4f"/><stop offset="1" stop-color="#ff6a75"/>` +
    `</linearGradient></defs><rect width="100" height="100" fill="url(#g)"/>` +
    `<path d="M24 52c-4-30 12-40 26-40s30 10 26 40c-1 10-8 22-8 22H32s-7-12-8-22z" fill="#3b2144"/>` +
    `<path d="M12 100c2-20 16-28 38-28s36 8 38 28z" fill="#5b2a86"/>` +
    `<path d="M42 62h16v14c0 5-16 5-16 0z" fill="#e7b894"/><ellipse cx="50" cy="46" rx="16" ry="20" fill="#f4cba8"/>` +
    `<path d="M33 44c0-16 10-20 17-20s17 4 17 20c-6-2-9-8-17-8s-11 6-17 8z" fill="#3b2144"/>` +
    `<circle cx="44" cy="47" r="2" fill="#3b2144"/><circle cx="56" cy="47" r="2" fill="#3b2144"/>` +
    `<path d="M44 56q6 5 12 0" stroke="#b3545c" stroke-width="2" fill="none" stroke-linecap="round"/></svg>`
  );
}
