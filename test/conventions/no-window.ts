// Compiled with every room that runs outside a page; it fails to compile as soon as such a room sees a DOM or Node.
// @ts-expect-error a worker has no window
export type NoWindow = typeof window;
// @ts-expect-error a browser has no process
export type NoProcess = typeof process;
