// A build that follows every change of what it is made of: sources, words, pictures, the manifest and the version.
import { unwatchFile, watchFile } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { viteConfigs, type BuildOptions } from '../../vite.config.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The configuration of a build is made of these: a change of one begins it anew. Milliseconds between two looks. */
const CONFIGURATION = ['manifest.json', 'package.json'].map((name) => root + name);
const INTERVAL_MS = 500;

export interface Follower {
  /** Settles when the first build without an error is there. */
  ready: Promise<void>;
  /** Called after every later build without an error. */
  onBuilt: () => void;
  stop(): Promise<void>;
}

/** Builds at once, and again whenever a file changes. What is wrong is printed, and the next change is waited for. */
export function follow(options: Omit<BuildOptions, 'readable'>): Follower {
  let stopWatching: () => Promise<void> = () => Promise.resolve();
  let stopped = false;
  let isReady: () => void;
  let first = true;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const complain = (error: unknown) =>
    console.error(
      `✗ ${error instanceof Error ? error.message : String(error)}\nMend the error above; I am watching.`,
    );
  const built = () => {
    if (!first) follower.onBuilt();
    first = false;
    isReady();
  };
  const begin = async () => {
    if (stopped) return;
    stopWatching = await watch(options, built, complain);
  };
  // One after the other: old and new watchers would write into the same folder.
  let turn = begin().catch(complain);
  const beginAnew = () => {
    turn = turn
      .then(() => stopWatching())
      .then(begin)
      .catch(complain);
  };
  for (const file of CONFIGURATION) watchFile(file, { interval: INTERVAL_MS }, beginAnew);
  const follower: Follower = {
    ready,
    onBuilt: () => undefined,
    stop: async () => {
      stopped = true;
      for (const file of CONFIGURATION) unwatchFile(file, beginAnew);
      await turn;
      await stopWatching();
    },
  };
  return follower;
}

/** Gives the function that ends it. */
async function watch(
  options: BuildOptions,
  built: () => void,
  complain: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const configs = await viteConfigs({ ...options, readable: true });
  const unfinished = new Set(configs);
  const watchers = configs.map(async (config) => {
    // All write into the same folder, so none may empty it.
    const watcher = await build({ ...config, build: { ...config.build, emptyOutDir: false, watch: {} } });
    if (!('on' in watcher)) throw new Error('vite did not start watching.');
    let failed = false;
    watcher.on('event', (event) => {
      if (event.code === 'START') {
        failed = false;
        unfinished.add(config);
      }
      if (event.code === 'ERROR') {
        failed = true;
        complain(event.error);
      }
      if (event.code !== 'END' || failed) return;
      unfinished.delete(config);
      if (unfinished.size === 0) built();
    });
    return watcher;
  });
  const started = await Promise.all(watchers);
  return async () => {
    await Promise.all(started.map((watcher) => watcher.close()));
  };
}
