// Set-up of every test file in Node. Files share processes, and with them the modules that an earlier file has loaded.
// A file that mocks modules loads its own, and what a file changes of globals and of the clock ends with it.
import { readFileSync } from 'node:fs';
import { afterAll, expect, vi } from 'vitest';

const { testPath } = expect.getState();
if (testPath === undefined) throw new Error('vitest no longer says which file runs.');
const mocksModules = /\bvi\.(mock|doMock)\(/.test(readFileSync(testPath, 'utf8'));

if (mocksModules) vi.resetModules();

afterAll(() => {
  if (mocksModules) vi.resetModules();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
