// What people are asked for when they install, and who may talk to the extension.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BROWSERS } from '../../scripts/build/build.ts';
import { buildConfig, connectSources, YOUR_HOSTS } from '../../scripts/build/environment.ts';
import { manifestFor, readManifest, redirectUris } from '../../scripts/build/manifest.ts';
import { firefoxRedirectUri } from '../../src/fxa/redirect-uris.ts';

const CLIENT = { FXA_CLIENT_ID: '0123456789abcdef' };
const manifest = (browser: (typeof BROWSERS)[number], environment: string, variables = {}) =>
  manifestFor(browser, buildConfig(environment, browser, { ...CLIENT, ...variables }));

describe.each(BROWSERS)('the manifest for %s', (browser) => {
  const built = manifest(browser, 'production');

  it('asks for nothing that shows a warning', () => {
    expect(built.permissions).toEqual(['identity', 'storage', 'alarms']);
    for (const member of ['host_permissions', 'optional_host_permissions']) {
      expect(built).not.toHaveProperty(member);
    }
  });

  it('may ask later to show notifications, and for no other right', () => {
    expect(built.optional_permissions).toEqual(['notifications']);
  });

  it('has a key that opens the popup, and no other command', () => {
    expect(built.commands).toEqual({
      _execute_action: { suggested_key: { default: 'Alt+Shift+U', mac: 'MacCtrl+Shift+U' } },
    });
  });

  it('has its settings in a tab', () => {
    expect(built.options_ui).toEqual({ page: 'src/extension/pages/options/index.html', open_in_tab: true });
  });

  it('has a picture for everything it names', () => {
    const { icons, action } = built as unknown as {
      icons: Record<string, string>;
      action: { default_icon: Record<string, string> };
    };
    const pictures = [...Object.values(icons), ...Object.values(action.default_icon)];
    expect(pictures.length).toBeGreaterThan(4);
    expect(pictures.filter((picture) => !existsSync(`public/${picture}`))).toEqual([]);
  });

  it('may ask later, in a build with a return page, for that page and nothing else', () => {
    const asked = manifest(browser, 'stage', { FXA_RETURN_PAGE: 'https://companion.example/auth/return' });
    expect(asked.optional_host_permissions).toEqual(['https://companion.example/auth/return*']);
    expect(asked.permissions).toEqual(built.permissions);
    expect(asked).not.toHaveProperty('host_permissions');
    // Firefox takes no pattern with a port.
    expect(manifest(browser, 'local').optional_host_permissions).toEqual(['http://127.0.0.1/auth/return*']);
  });

  it('declares the policies an administrator may set', () => {
    const { managed_schema } = built.storage as { managed_schema: string };
    expect(existsSync(new URL(`../../public/${managed_schema}`, import.meta.url))).toBe(true);
  });

  it('lets no page or extension in', () => {
    for (const member of [
      'externally_connectable',
      'content_scripts',
      'web_accessible_resources',
      'sandbox',
    ]) {
      expect(built).not.toHaveProperty(member);
    }
  });

  it('has the form of background its browser knows', () => {
    expect(Object.keys(built.background).sort()).toEqual(
      browser === 'firefox' ? ['scripts', 'type'] : ['service_worker', 'type'],
    );
  });

  it('connects, in production, to the servers of Mozilla accounts, to yours, and to no others', () => {
    const policy = (built.content_security_policy as { extension_pages: string }).extension_pages;
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toMatch(/unsafe|http:/);
    expect(/connect-src ([^;]*)/.exec(policy)?.[1]?.split(' ').sort()).toEqual(
      [
        'https://accounts.firefox.com',
        'https://oauth.accounts.firefox.com',
        'https://profile.accounts.firefox.com',
        ...YOUR_HOSTS,
      ].sort(),
    );
  });

  it('connects, in stage, to what production can connect to there, and to this machine', () => {
    const { extension_pages: policy } = manifest(browser, 'stage').content_security_policy as {
      extension_pages: string;
    };
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(/connect-src ([^;]*)/.exec(policy)?.[1]?.split(' ').sort()).toEqual(
      [
        'https://accounts.stage.mozaws.net',
        'https://oauth.stage.mozaws.net',
        'https://profile.stage.mozaws.net',
        'http://127.0.0.1:*',
        'http://localhost:*',
        ...YOUR_HOSTS,
      ].sort(),
    );
  });

  it.each(['local', 'custom'])(
    'connects, in a %s build, over https, and without it to this machine alone',
    (environment) => {
      const { extension_pages: policy } = manifest(browser, environment, {
        FXA_ISSUER: 'https://accounts.example',
      }).content_security_policy as { extension_pages: string };
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).toContain('connect-src https: http://127.0.0.1:* http://localhost:*');
      expect(policy).not.toMatch(/unsafe|http:(?!\/\/(?:127\.0\.0\.1|localhost):\*)/);
    },
  );

  it.each(['stage', 'production'])(
    'connects, in a %s build, to your hosts when they are named, and not otherwise',
    (environment) => {
      const config = buildConfig(environment, browser, {
        ...CLIENT,
        FXA_COMPANION: 'https://companion.example',
      });
      const own = 'https://api.example.com';
      const allows = (hosts: readonly string[]) =>
        connectSources(config, hosts).filter((one) => own.startsWith(one));
      expect(allows([own])).toEqual([own]);
      expect(allows([])).toEqual([]);
      expect(connectSources(config, [])).toContain('https://companion.example');
    },
  );

  it('takes its version from package.json', () => {
    expect(readManifest().version).toBe('0.0.0');
    expect(built.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(built.version).not.toBe('0.0.0');
  });
});

describe('ids', () => {
  it('are pinned, so that every build has the redirect URI that was registered', async () => {
    expect(await redirectUris()).toEqual({
      firefox: expect.stringMatching(/^https:\/\/[0-9a-f]{40}\.extensions\.allizom\.org\/$/) as string,
      chromium: expect.stringMatching(/^https:\/\/[a-p]{32}\.chromiumapp\.org\/$/) as string,
    });
  });

  it('are computed as the browsers do', async () => {
    // FxA's own configuration registers this redirect host for Firefox Notes. That Chromium's is right, every
    // sign-in of the end-to-end suite shows: the mock server compares redirect URIs literally.
    expect(await firefoxRedirectUri('notes@mozilla.com')).toBe(
      'https://dee85c67bd72f3de1f0a0fb62a8fe9b9b1a166d7.extensions.allizom.org/',
    );
  });

  it('tell truthfully what leaves the browser', () => {
    // The code and tokens; and the address, when a sign-in is repeated with it filled in.
    const { gecko } = readManifest().browser_specific_settings as unknown as {
      gecko: { data_collection_permissions: { required: string[]; optional: string[] } };
    };
    expect(gecko.data_collection_permissions).toEqual({
      required: ['authenticationInfo', 'personallyIdentifyingInfo'],
      // Metrics: the person may say no, then or at any time later.
      optional: ['technicalAndInteraction'],
    });
  });
});
