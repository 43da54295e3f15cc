import { describe, expect, it, vi } from 'vitest';

vi.mock('../api.ts', () => ({ browser: {} }));
const { authWindowError } = await import('./auth-window.ts');

describe('authWindowError', () => {
  it.each([
    ['The user did not approve access.', 'cancelled'], // Chromium
    ['User cancelled or denied access.', 'cancelled'], // Firefox
    ['Authorization page could not be loaded.', 'server_unavailable'], // Chromium
    ['Only one web auth flow is allowed at a time.', 'busy'], // Chromium
    ['redirect_uri not allowed', 'misconfigured'], // Firefox
    ['User interaction required. Try setting `abortOnLoadForNonInteractive`', 'reauth_required'], // Chromium
    ['Requires user interaction', 'reauth_required'], // Firefox
    ["Couldn't create a browser window to display an authorization page.", 'unsupported'], // Edge for Android
    ['an unknown message', 'internal'],
  ])('%s → %s', (text, code) => {
    const error = authWindowError(new Error(text));
    expect(error.code).toBe(code);
    expect(error.message).not.toBe(text);
  });
});
