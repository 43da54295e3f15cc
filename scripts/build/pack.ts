// Packs a built extension as the archive that stores take and Firefox can install for good.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import webExt from 'web-ext';
import { consoleStream } from 'web-ext/util/logger';

/** Writes the archive to `file` and returns that path. The folder stays as it is. */
export async function packExtension(extensionDir: string, file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pack-'));
  // Its chatter would stand between the lines a person is meant to read.
  consoleStream.startCapturing();
  try {
    await cp(extensionDir, folder, { recursive: true });
    await withoutKey(join(folder, 'manifest.json'));
    await webExt.cmd.build(
      {
        sourceDir: folder,
        artifactsDir: dirname(file),
        filename: basename(file),
        overwriteDest: true,
        ignoreFiles: ['**/*.map'],
      },
      { showReadyMessage: false },
    );
  } finally {
    consoleStream.stopCapturing();
    await rm(folder, { recursive: true, force: true });
  }
  return file;
}

/** The Chrome Web Store refuses a `key`: it has one for each item. Unpacked, the key gives the extension a stable id. */
async function withoutKey(file: string): Promise<void> {
  const { key: _, ...manifest } = JSON.parse(await readFile(file, 'utf8')) as { key?: string };
  await writeFile(file, JSON.stringify(manifest, null, 2));
}
