// The only import of webextension-polyfill.
import browser from 'webextension-polyfill';

export { browser };
