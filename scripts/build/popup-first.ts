// Puts the modules that the popup needs to paint into one file, even if other pages share some of them.
import type { Rollup } from 'vite';

const POPUP = '/src/extension/pages/popup/main.tsx';

type Graph = Pick<Rollup.PluginContext, 'getModuleInfo'>;

/**
 * Each file more is one more to find and read before the popup paints; other pages can wait for a few lines too many.
 */
export const popupFirst = {
  name: (id: string, graph: Graph): string | null => (paints(id, graph) ? 'popup' : null),
  debugName: 'popup',
};

/**
 * Whether the popup's main module imports it, by whatever way, without waiting. Of styles those of all pages, which
 * come first.
 */
function paints(id: string, graph: Graph, seen = new Set<string>()): boolean {
  if (id.endsWith('.css')) return id.endsWith('/shared/base.css');
  if (seen.has(id)) return false;
  seen.add(id);
  return (graph.getModuleInfo(id)?.importers ?? []).some(
    (importer) => importer.endsWith(POPUP) || paints(importer, graph, seen),
  );
}
