// Runs a Dockerfile's steps in folders instead of containers: each stage is a folder, and `/` in it is that folder.
// Only what ops/Dockerfile uses is understood, and commands must name no absolute path.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

export interface Image {
  readonly base: string;
  /** The folder that is `/` there. */
  readonly root: string;
  workdir: string;
  user?: string;
  command: readonly string[];
  healthcheck: readonly string[];
  readonly env: Record<string, string>;
}

interface Step {
  readonly name: string;
  readonly text: string;
}

/** Reads the steps; comments are dropped, continued lines joined. */
export function dockerfileSteps(file: string): Step[] {
  const lines = readFileSync(file, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '');
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ name: line.split(' ', 1)[0] ?? '', text: line.slice(line.indexOf(' ') + 1).trim() }));
}

/**
 * Runs all steps with `context` as the build context; returns the last stage. Its folder is inside the first one of
 * `folders`, which the caller removes.
 *
 * @throws Error for a step it doesn't understand, a command that fails, and a path that is not there
 */
export function buildImage(file: string, context: string, folders: string[]): Image {
  const parent = mkdtempSync(join(tmpdir(), 'companion-image-'));
  folders.push(parent);
  const stages = new Map<string, Image>();
  let image: Image | undefined;
  for (const { name, text } of dockerfileSteps(file)) {
    if (name === 'FROM') {
      const [base = '', , alias = 'last'] = text.split(' ');
      const root = join(parent, alias);
      mkdirSync(root);
      image = { base, root, workdir: '/', command: [], healthcheck: [], env: {} };
      stages.set(alias, image);
    } else if (image === undefined) throw new Error(`${name} comes before FROM.`);
    else run(image, { name, text }, context, stages);
  }
  if (image === undefined) throw new Error('There is no FROM.');
  return image;
}

function run(image: Image, { name, text }: Step, context: string, stages: ReadonlyMap<string, Image>): void {
  const cwd = join(image.root, image.workdir);
  switch (name) {
    case 'WORKDIR':
      image.workdir = resolve(image.workdir, text);
      mkdirSync(join(image.root, image.workdir), { recursive: true });
      break;
    case 'COPY':
      copy(text.split(' '), cwd, context, stages);
      break;
    case 'ENV':
    case 'ARG':
      for (const [, key = '', value = ''] of text.matchAll(/(\w+)="?([^" ]*)"?/g)) image.env[key] = value;
      break;
    case 'RUN': {
      const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...image.env };
      execFileSync('sh', ['-c', text], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
      break;
    }
    case 'USER':
      image.user = text;
      break;
    case 'HEALTHCHECK':
      image.healthcheck = JSON.parse(text.slice(text.indexOf('CMD ') + 4)) as string[];
      break;
    case 'CMD':
      image.command = JSON.parse(text) as string[];
      break;
    case 'EXPOSE':
    case 'STOPSIGNAL':
      break;
    default:
      throw new Error(`${name} is not understood.`);
  }
}

function copy(
  words: readonly string[],
  cwd: string,
  context: string,
  stages: ReadonlyMap<string, Image>,
): void {
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = resolve(cwd, paths.at(-1) ?? '');
  for (const path of paths.slice(0, -1)) {
    const source = from === undefined ? join(context, path) : join(stages.get(from)?.root ?? '', path);
    if (!existsSync(source)) throw new Error(`COPY ${path}: it is not there.`);
    // As Docker does: of a folder its content, into a folder a file under its name.
    const isInto = !statSync(source).isDirectory() && /\/$|^\.$/.test(paths.at(-1) ?? '');
    cpSync(source, isInto ? join(target, basename(path)) : target, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}
