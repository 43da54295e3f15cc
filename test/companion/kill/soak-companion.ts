// A companion of the soak: ended and started over and over, and the memory of its process since its last start.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, type ChildCompanion } from '../harness.ts';

/** Milliseconds within which one serves again: ends what hangs, beside the other parts on two cores. */
export const SERVES_AGAIN_MS = 180_000;

export interface SoakCompanion {
  readonly name: string;
  /** Where it listens; undefined while it doesn't run. */
  readonly origin: string | undefined;
  /** MiB of resident memory during each life, at equal intervals. */
  readonly lives: readonly (readonly number[])[];
  /** Launches it; see `serves`. That it ends by itself is a violation, and it is launched again. */
  start(): void;
  kill9(): Promise<void>;
  /** Sends SIGTERM. Any exit code but 0 is a violation. */
  stop(): Promise<void>;
  /** Waits until it reports that all is well, database included; rejects when it takes too long. */
  serves(after: string): Promise<void>;
  /** Notes its resident memory, as Linux reports it. */
  measure(): Promise<void>;
}

export function soakCompanion(
  name: string,
  launch: () => ChildCompanion,
  tell: (violation: string) => void,
): SoakCompanion {
  let child: ChildCompanion | undefined;
  let origin: string | undefined;
  const lives: number[][] = [];
  const leave = () => {
    const left = child;
    [child, origin] = [undefined, undefined];
    return left;
  };
  const start = () => {
    const started = launch();
    child = started;
    lives.push([]);
    void started.exited.then((code) => {
      if (child !== started) return;
      leave();
      tell(`${name} ended by itself with ${code ?? 'a signal'}:\n${started.output()}`);
      start();
    });
    started.listening.then(
      (listening) => {
        if (child === started) origin = listening;
      },
      () => undefined,
    );
  };
  return {
    name,
    lives,
    get origin() {
      return origin;
    },
    start,
    kill9: async () => leave()?.kill9(),
    async stop() {
      const stopped = leave();
      const code = (await stopped?.stop()) ?? 'a signal';
      if (code !== 0) tell(`${name} was stopped and exited with ${code}:\n${stopped?.output()}`);
    },
    async serves(after) {
      const deadline = performance.now() + SERVES_AGAIN_MS;
      const isWell = async () =>
        origin !== undefined && (await ask(`${origin}/__heartbeat__`).catch(() => undefined))?.status === 200;
      while (!(await isWell())) {
        if (performance.now() > deadline) throw new Error(`${name} does not serve ${after}`);
        await wait(50);
      }
    },
    async measure() {
      const measured = child;
      if (measured === undefined || origin === undefined) return;
      const status = await readFile(`/proc/${measured.pid}/status`, 'utf8').catch(() => '');
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      if (kilobytes !== undefined && child === measured) lives.at(-1)?.push(Number(kilobytes) / 1024);
    },
  };
}

/** Of its longest life, the medians of the second and of the last fifth: the first holds what a process needs to start. */
export function growthOf({ lives }: SoakCompanion): { readonly early: number; readonly late: number } {
  const [longest = []] = [...lives].sort((a, b) => b.length - a.length);
  const fifth = Math.floor(longest.length / 5);
  const median = (part: readonly number[]) =>
    [...part].sort((a, b) => a - b)[Math.floor(part.length / 2)] ?? 0;
  return { early: median(longest.slice(fifth, 2 * fifth)), late: median(longest.slice(-fifth)) };
}
