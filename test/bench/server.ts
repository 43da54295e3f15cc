// The servers of the bench, each a process of its own that ends with the bench.
import { fork, type ChildProcess } from 'node:child_process';

export interface Server {
  readonly origin: string;
  /** Since its start. */
  readonly soFar: () => Promise<SoFar>;
  readonly empty: () => Promise<void>;
  readonly rows: () => Promise<number>;
  readonly durability: () => Promise<string>;
  /** Begins what the companion does once a day, unless it is still at it. */
  readonly chores: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface SoFar {
  /** Requests. */
  readonly taken: number;
  /** Answers with another status than 200 and 304. */
  readonly refused: number;
  /** User and system time in microseconds. */
  readonly cpu: number;
}

/** Starts a program with its options; on one core, or on any. With `BENCH_PROFILES=folder` it leaves a profile there. */
export async function startServer(program: string, options: object, core?: number): Promise<Server> {
  const { BENCH_PROFILES: profiles } = process.env;
  const profiled = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];
  const pinned = core !== undefined && {
    execPath: 'taskset',
    execArgv: ['-c', String(core), process.execPath, ...profiled],
  };
  const child = fork(program, [JSON.stringify(options)], { execArgv: profiled, ...pinned });
  const origin = (await answered(child)) as string;
  const ask = (question: string) => {
    const answer = answered(child);
    child.send(question);
    return answer;
  };
  return {
    origin,
    soFar: async () => (await ask('soFar')) as SoFar,
    empty: async () => void (await ask('empty')),
    rows: async () => (await ask('rows')) as number,
    durability: async () => (await ask('durability')) as string,
    chores: async () => void (await ask('chores')),
    stop: () => ended(child),
  };
}

function answered(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error('A server of the bench has died; what it says above is the reason.'));
    child.once('exit', died);
    child.once('message', ({ answer, error }: { answer?: unknown; error?: string }) => {
      child.off('exit', died);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    });
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await exit;
}
