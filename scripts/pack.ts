// Packs a built extension as the archive that stores take and Firefox can install for good.
import { basename, dirname } from 'node:path';
import webExt from 'web-ext';
import { consoleStream } from 'web-ext/util/logger';

/** Writes the archive to `file` and returns that path. */
export async function packExtension(extensionDir: string, file: string): Promise<string> {
  // Its chatter would stand between the lines a person is meant to read.
  consoleStream.startCapturing();
  try {
    await webExt.cmd.build(
      { sourceDir: extensionDir, artifactsDir: dirname(file), filename: basename(file), overwriteDest: true },
      { showReadyMessage: false },
    );
  } finally {
    consoleStream.stopCapturing();
  }
  return file;
}
