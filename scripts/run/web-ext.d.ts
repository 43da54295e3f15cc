// The part of web-ext that this repository uses; the package brings no types.
declare module 'web-ext' {
  interface BuildOptions {
    sourceDir: string;
    artifactsDir: string;
    filename?: string;
    overwriteDest?: boolean;
    ignoreFiles?: string[];
  }
  interface RunOptions {
    sourceDir: string;
    target: ('firefox-desktop' | 'chromium')[];
    artifactsDir?: string;
    firefox?: string;
    firefoxProfile?: string;
    chromiumBinary?: string;
    chromiumProfile?: string;
    chromiumPref?: Readonly<Record<string, unknown>>;
    keepProfileChanges?: boolean;
    startUrl?: string[];
    args?: string[];
    noInput?: boolean;
    noReload?: boolean;
  }
  export interface ExtensionRunner {
    exit(): Promise<void>;
    reloadAllExtensions(): Promise<unknown>;
    registerCleanup(callback: () => void): void;
  }
  const webExt: {
    cmd: {
      build(
        options: BuildOptions,
        internals: { showReadyMessage: boolean },
      ): Promise<{ extensionPath: string }>;
      run(options: RunOptions): Promise<ExtensionRunner>;
    };
  };
  export default webExt;
}

declare module 'web-ext/util/logger' {
  export const consoleStream: { startCapturing(): void; stopCapturing(): void };
}
