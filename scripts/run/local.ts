// What start, dev and the screenshots have in common: the mock server on this machine, the companion beside it, and a build
// that signs in there.
import { createServer, type AddressInfo } from 'node:net';
import { newFolder, removeFolder, removeOwnFolders } from '../driver/folders.ts';
import { RETURN_PATH } from '../../src/companion/return-page.ts';
import { startExample, WEB_PORT } from '../../examples/web/server.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { accountLines, SEED_PASSWORD, seedClients } from '../../src/mock-accounts/seed.ts';
import { buildExtension } from '../build/build.ts';
import type { BrowserName } from '../machine/browsers.mjs';
import { COMPANION_PORT, OPERATOR_PASSWORD, startLocalCompanion, webhooksTo } from './local-companion.ts';

const USUAL_PORT = 9720;

export const TITLES: Readonly<Record<BrowserName, string>> = { firefox: 'Firefox', chromium: 'Chromium' };

/** A mock server, the companion and examples/web, which know each other. They stop together. */
export interface LocalMockServer extends RunningMockServer {
  readonly returnPage: string;
  /** The companion's origin. */
  readonly companion: string;
  /** The origin of examples/web. */
  readonly web: string;
}

/** Starts all three on their usual ports, or on any free ones when those are taken. */
export async function startLocalMockServer(): Promise<LocalMockServer> {
  // The mock server is told of the companion before there is one, and the companion looks for the mock server when it
  // starts.
  const port = await freePort(COMPANION_PORT);
  const webPort = await freePort(WEB_PORT);
  const origin = `http://127.0.0.1:${port}`;
  const returnPage = origin + RETURN_PATH;
  const known = { clients: seedClients(returnPage), webhooks: webhooksTo(origin) };
  const mock = await onPort(USUAL_PORT, (usual) => startMockServer({ era: 'today', port: usual, ...known }));
  try {
    const companion = await startLocalCompanion({ issuer: mock.origin, port, webPort });
    const web = await startExample(companion.origin, webPort);
    const stop = async () => {
      await web.stop();
      await companion.stop();
      await mock.stop();
    };
    return { ...mock, returnPage, companion: companion.origin, web: web.origin, stop };
  } catch (error) {
    await mock.stop();
    throw error;
  }
}

/** The port, or any free one when it is taken. */
async function freePort(usual: number): Promise<number> {
  return onPort(
    usual,
    (port) =>
      new Promise<number>((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          const { port: found } = server.address() as AddressInfo;
          server.close(() => resolve(found));
        });
      }),
  );
}

async function onPort<T>(usual: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(usual);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return start(0);
  }
}

/** Where the mock server is and whom it knows, for people. */
export function introduce({ origin, store, companion, web }: LocalMockServer): string {
  return `Mock server for Mozilla accounts: ${origin}
  Accounts, all with the password "${SEED_PASSWORD}":
${accountLines(store, '    ')}
  Faults panel: ${origin}/__standin/

Companion: ${companion}
  Status page: ${companion}/status (user "operator", password "${OPERATOR_PASSWORD}")
  To-do list, a web application that signs in through it: ${web}`;
}

/**
 * A build for this mock server. Of the shell's variables only those that make sense there: a client id of Mozilla's
 * does not.
 */
export function mockServerVariables({
  origin,
  returnPage,
  companion,
}: LocalMockServer): Record<string, string | undefined> {
  const { FXA_SCOPES, FXA_TRUSTED, FXA_KEY_SCOPES, FXA_COMPANION_EVERY } = process.env;
  return {
    FXA_STANDIN_ORIGIN: origin,
    FXA_RETURN_PAGE: returnPage,
    FXA_COMPANION: companion,
    FXA_COMPANION_EVERY,
    FXA_SCOPES,
    FXA_TRUSTED,
    FXA_KEY_SCOPES,
  };
}

/**
 * Builds into a folder of its own, does the work with it, and removes it. `dist` is left to `npm run build`. `changes`:
 * variables of the build.
 */
export async function withBuild(
  browser: BrowserName,
  mock: LocalMockServer,
  work: (extensionDir: string) => Promise<void>,
  changes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const outDir = await newFolder(`build-${browser}`);
  try {
    await buildExtension({
      browser,
      environment: 'local',
      outDir,
      variables: { ...mockServerVariables(mock), ...changes },
    });
    await work(outDir);
  } finally {
    await removeFolder(outDir);
  }
}

/** Waits for Ctrl-C. One that comes twice, as it may through a process in between, does not disturb the tidying up. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}

/**
 * Makes Ctrl-C end the program at once with exit code 130, and nothing of it stays: for work that is not made to be
 * stopped half-way. The browsers end first: puppeteer kills its own at exit, and the listener added here runs after that.
 */
export function endWhenInterrupted(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Not prepended: the listener of tsx must come first, or its wrapper takes us for hung and kills us.
    process.on(signal, () => {
      console.error('\nInterrupted.');
      process.on('exit', removeOwnFolders);
      process.exit(130);
    });
  }
}

/** Runs a script's main function; a failure becomes one sentence and exit code 1. */
export function run(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}
