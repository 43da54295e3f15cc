// One root manifest.json, two browsers: what each build keeps of it, and what the build fills in.
import { readFileSync } from 'node:fs';
import { chromiumRedirectUri, firefoxRedirectUri } from '../../src/fxa/redirect-uris.ts';
import { connectSources, imageSources, type BrowserName } from './environment.ts';
import { geckoIdFault, keyFault, versionFault } from './release.ts';
import type { BuildConfig } from '../../src/extension/config.ts';
import { returnPagePattern } from '../../src/extension/return-page.ts';

const root = new URL('../../', import.meta.url);
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as unknown;

interface Manifest {
  key?: string;
  minimum_chrome_version?: string;
  browser_specific_settings?: { gecko: { id: string } };
  action: Record<string, unknown>;
  background: { service_worker?: string; scripts?: string[]; type: 'module' };
  [member: string]: unknown;
}

export const readManifest = () =>
  readJson('manifest.json') as Manifest & Required<Pick<Manifest, 'key' | 'browser_specific_settings'>>;

/**
 * The manifest of one build.
 *
 * @throws Error with a sentence for the person who builds, when a browser would refuse its version or its key.
 */
export function manifestFor(browser: BrowserName, config: BuildConfig): Manifest {
  const { version } = readJson('package.json') as { version: string };
  const fault = versionFault(version) ?? keyFault(readManifest().key);
  if (fault !== undefined) throw new Error(fault);
  const manifest: Manifest = {
    ...readManifest(),
    version,
    ...(config.environment !== 'production' && { version_name: `${version} ${config.environment}` }),
    content_security_policy: { extension_pages: contentSecurityPolicy(config) },
    // Requested in a click, only by users who sign in in a tab.
    ...(config.returnPage !== undefined && {
      optional_host_permissions: [returnPagePattern(config.returnPage)],
    }),
  };
  const background = { ...manifest.background };
  if (browser === 'chromium') {
    delete manifest.browser_specific_settings;
    delete background.scripts;
  } else {
    delete manifest.key;
    delete manifest.minimum_chrome_version;
    delete manifest.version_name;
    delete background.service_worker;
    // Otherwise Firefox hides the button in a menu, and a newcomer finds nothing to press.
    manifest.action = { ...manifest.action, default_area: 'navbar' };
  }
  return { ...manifest, background };
}

/**
 * @throws Error with a sentence for the person who builds, when a production build would go out under an example's id.
 */
export function checkIds(environment: string): void {
  if (environment !== 'production') return;
  const fault = geckoIdFault(readManifest().browser_specific_settings.gecko.id);
  if (fault !== undefined) throw new Error(fault);
}

function contentSecurityPolicy(config: BuildConfig): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `img-src ${["'self'", ...imageSources(config)].join(' ')}`,
    `connect-src ${connectSources(config).join(' ')}`,
  ].join('; ');
}

/**
 * The redirect URI of each browser, as Mozilla registers it, trailing slash included.
 *
 * @throws DOMException when `key` in the manifest is not base64; `keyFault` says so in a sentence.
 */
export async function redirectUris(): Promise<Record<BrowserName, string>> {
  const { key, browser_specific_settings } = readManifest();
  return {
    firefox: await firefoxRedirectUri(browser_specific_settings.gecko.id),
    chromium: await chromiumRedirectUri(key),
  };
}
