// The only door to webextension-polyfill.
import browser from 'webextension-polyfill';

export { browser };
