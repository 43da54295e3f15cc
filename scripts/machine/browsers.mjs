// Finds Chromium and Firefox on this machine, and installs what is missing where that is ours to do. Plain Node.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @typedef {'firefox' | 'chromium'} BrowserName */

const { platform, env } = process;

const KNOWN = {
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX_BIN',
    commands: ['firefox-esr', 'firefox', 'firefox-developer-edition'],
    paths: {
      darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
      win32: ['Mozilla Firefox\\firefox.exe'],
    },
    packages: ['firefox-esr', 'firefox'],
    home: 'https://www.mozilla.org/firefox/',
  },
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM_BIN',
    commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    paths: {
      darwin: [
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ],
      win32: ['Chromium\\Application\\chrome.exe', 'Google\\Chrome\\Application\\chrome.exe'],
    },
    packages: ['chromium', 'chromium-browser'],
    home: 'https://www.chromium.org/getting-involved/download-chromium/',
  },
};

/** Small fonts for the pictures: Latin and Arabic. */
const FONTS = 'fonts-dejavu-core';

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    // A folder that may be entered passes for executable too.
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function candidates({ commands, paths }) {
  if (platform === 'darwin') {
    return paths.darwin.flatMap((path) => [path, join(env.HOME ?? '', path)]);
  }
  if (platform === 'win32') {
    const roots = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter(Boolean);
    return roots.flatMap((root) => paths.win32.map((path) => join(root, path)));
  }
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  return commands.flatMap((command) => folders.map((folder) => join(folder, command)));
}

/**
 * The path of a browser, or undefined. `FIREFOX_BIN` and `CHROMIUM_BIN` come first, then the usual places.
 *
 * @param {BrowserName} name
 * @returns {string | undefined}
 */
export function lookForBrowser(name) {
  const known = KNOWN[name];
  const configured = env[known.variable];
  if (configured) return isExecutable(configured) ? configured : undefined;
  return candidates(known).find(isExecutable);
}

/**
 * The path of a browser.
 *
 * @param {BrowserName} name
 * @returns {string}
 * @throws Error that says in one line how to get it
 */
export function findBrowser(name) {
  const path = lookForBrowser(name);
  if (path === undefined) throw new Error(adviceFor(name));
  return path;
}

function adviceFor(name) {
  const { title, variable, packages, home } = KNOWN[name];
  if (env[variable]) return `${variable} is ${env[variable]}, which is no program that can be run.`;
  const how =
    platform === 'linux'
      ? `install it (Debian: apt-get install ${packages[0]}; others: ${home})`
      : `get it from ${home}`;
  return `${title} is missing: ${how}, or set ${variable} to its path.`;
}

const canInstall = () => platform === 'linux' && process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get');

/** Quiet, unless it fails: then what apt-get said is part of the error. */
function apt(...args) {
  const { status, stdout, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed:\n${stdout}${stderr}`);
}

/** The first package of the list that this system's archive really offers. */
function offered(packages) {
  return packages.find((name) =>
    /Candidate: (?!\(none\))/.test(spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' }).stdout),
  );
}

/**
 * Makes sure that the browsers are there: finds them, or installs them where apt-get is at hand and we are root.
 * Says what it does when it does anything.
 *
 * @param {readonly BrowserName[]} names
 * @throws Error with one line for each browser that is still missing
 */
export function ensureBrowsers(names) {
  const missing = names.filter((name) => lookForBrowser(name) === undefined);
  if (missing.length === 0) return;
  const installable = missing.filter((name) => !env[KNOWN[name].variable]);
  if (installable.length > 0 && canInstall()) {
    const titles = installable.map((name) => KNOWN[name].title).join(' and ');
    console.log(`Installing ${titles} with apt-get, once; this takes a minute or two …`);
    const start = Date.now();
    apt('update', '-qq');
    const packages = installable.map((name) => offered(KNOWN[name].packages)).filter(Boolean);
    if (packages.length > 0) {
      apt('install', '-qq', '--yes', '--no-install-recommends', ...packages, FONTS);
      console.log(`Installed ${packages.join(' and ')} in ${Math.round((Date.now() - start) / 1000)} s.`);
    }
  }
  const stillMissing = names.filter((name) => lookForBrowser(name) === undefined);
  if (stillMissing.length > 0) throw new Error(stillMissing.map(adviceFor).join('\n'));
}
