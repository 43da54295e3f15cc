// Scripts that run with Firefox's own rights (see asFirefox), as expressions whose value is a string.
import type { Scheme } from './types.ts';

const policy = (id: string): string => `WebExtensionPolicy.getByID(${JSON.stringify(id)})`;

const extension = (id: string): string => `${policy(id)}.extension`;

/** Whether the extension runs: `true`, or something else, as while it is starting anew. */
export const isActive = (id: string): string => `${policy(id)}?.active`;

export const backgroundState = (id: string): string => `${extension(id)}.backgroundState`;

/** Ends the event page although the driver is attached and a sign-in is waiting; the value is its state right after. */
export const endBackground = (id: string): string => `(async () => {
  await ${extension(id)}.terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true });
  return ${backgroundState(id)};
})()`;

const POPUP = `Array.from(Services.wm.getEnumerator('navigator:browser'))
  .map((window) => window.document.querySelector('.webextension-popup-browser'))
  .find((popup) => popup !== null)`;

/** The URL in the toolbar popup, or an empty string while it is closed. */
export const toolbarPopupAddress = `(${POPUP})?.currentURI?.spec ?? ''`;

/** A picture of the toolbar popup, as a PNG in base64. */
export const toolbarPopupPicture = (scale: number): string => `(async () => {
  const popup = ${POPUP};
  const bitmap = await popup.browsingContext.currentWindowGlobal.drawSnapshot(null, ${scale}, 'white');
  const canvas = popup.ownerDocument.createElementNS('http://www.w3.org/1999/xhtml', 'canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  return canvas.toDataURL('image/png').split(',')[1];
})()`;

export const closeToolbarPopup = `((${POPUP}).closest('panel').hidePopup(), 'closed')`;

/** What Firefox itself keeps of the sites that were visited, and what `setScheme` has set. */
export const forgetSites = `(() => {
  Services.cookies.removeAll();
  Services.cache2.clear();
  Services.prefs.clearUserPref('layout.css.prefers-color-scheme.content-override');
  return 'forgotten';
})()`;

/** 0 is dark and 1 is light, for what pages are told. */
export const setScheme = (scheme: Scheme): string =>
  `(Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', ${scheme === 'dark' ? 0 : 1}), 'set')`;
