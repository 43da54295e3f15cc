// Finds Prometheus and its promtool on this machine, or installs them where that is ours to do. Plain Node.
import { join } from 'node:path';
import { canRun, ensureProgram, pathFolders } from './debian.mjs';

/**
 * Makes sure that Prometheus is there.
 *
 * @param {'prometheus' | 'promtool'} program
 * @returns {string} its path
 * @throws Error that says in one line how to get it
 */
export function ensurePrometheus(program) {
  return ensureProgram({
    find: () =>
      pathFolders()
        .map((folder) => join(folder, program))
        .find(canRun),
    name: 'Prometheus',
    packed: 'prometheus',
    site: 'https://prometheus.io/download',
  });
}
