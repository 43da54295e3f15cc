// Types of prometheus.mjs, which is plain JavaScript because it may have to run before anything is installed.
export function ensurePrometheus(program: 'prometheus' | 'promtool'): string;
