import { type ChildProcess, spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';

export type Part = {
  name: string;
  /** Program, arguments. `node` is the one that runs this. */
  command: string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Folders, below `cwd`; a change in one of them starts the part anew. */
  watch?: string[];
  /** What it has done when it ends well ('built'); without it, it runs until it is stopped, and is started again when it ends. */
  ends?: string;
  say: (line: string) => void;
};

/** Editors write a file in several steps, and a checkout of another branch changes hundreds. */
const settleMs = 150;
/** Long enough for the server to close its database (STOP_TIMEOUT is a second while developing). */
const patienceMs = 20_000;

/**
 * Keeps one part of `npm run dev` going: starts it again when its files change and when it ends by itself; what ends again
 * and again is tried less and less often, until a file changes. No end of a part ends the others.
 * @returns stops it for good, and resolves when its process is gone.
 */
export function keepRunning(part: Part): () => Promise<void> {
  let child: ChildProcess | undefined;
  let stopped = false;
  let wait = 1000;
  let timer: NodeJS.Timeout | undefined;
  /** What was said to have changed since the last start: a file that is saved is reported twice. */
  const announced = new Set<string>();
  /** The one change of process that goes on: two starts at once would be two processes. */
  let turn: Promise<void> = Promise.resolve();

  const later = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      announced.clear();
      turn = turn.then(end).then(start);
    }, ms);
  };

  function start(): void {
    if (stopped) return;
    const [program, ...args] = part.command;
    const started = performance.now();
    // A process group of its own: Ctrl+C reaches this process alone, which then asks each part once: a second
    // Ctrl+C, which the server takes for impatience, would leave its database behind.
    const process_ = spawn(program === 'node' ? process.execPath : program!, args, {
      ...{ cwd: part.cwd, env: part.env ?? process.env, detached: true },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child = process_;
    const ended = (how: string) => {
      if (child !== process_) return;
      child = undefined;
      if (part.ends && how === 'code 0') {
        part.say(`${part.name}: ${part.ends}`);
        return;
      }
      if (performance.now() - started > 10_000) wait = 1000;
      part.say(`${part.name} ended (${how}); it starts again in ${wait / 1000} s, or when a file changes`);
      later(wait);
      wait = Math.min(wait * 2, 60_000);
    };
    process_.on('error', (error) => ended(error.message));
    process_.on('exit', (code, signal) => ended(signal ?? `code ${code}`));
  }

  async function end(): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill('SIGTERM');
    const force = setTimeout(() => ending.kill('SIGKILL'), patienceMs);
    await gone;
    clearTimeout(force);
  }

  const changed = (folder: string, file: string | null) => {
    // Tests are no part of what runs; the rest is what editors leave beside a file.
    if (stopped || (file && /\.test\.tsx?$|~$|\.sw[a-z]$|(^|\/)(\.|4913$)/.test(file))) return;
    wait = 1000;
    const what = file ?? folder;
    if (!announced.has(what)) part.say(`${part.name}: ${what} changed`);
    announced.add(what);
    later(settleMs);
  };
  // A machine that watches too many files already: the rest of it is still of use.
  const unwatched = (folder: string, error: unknown) =>
    part.say(`${part.name}: ${folder} is not watched (${(error as Error).message})`);
  const watchers = (part.watch ?? []).flatMap((folder) => {
    try {
      const watcher = watch(join(part.cwd, folder), { recursive: true }, (_event, file) => changed(folder, file));
      return [watcher.on('error', (error) => unwatched(folder, error))];
    } catch (error) {
      unwatched(folder, error);
      return [];
    }
  });
  start();

  return async () => {
    stopped = true;
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    await turn;
    await end();
  };
}
