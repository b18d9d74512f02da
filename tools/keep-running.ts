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
  /** The word for a successful end ('built'). Without it, the part runs until it is stopped, and restarts when it ends. */
  ends?: string;
  say: (line: string) => void;
};

/** Editors write a file in several steps, and a checkout of another branch changes hundreds. */
const settleMs = 150;
/** Long enough for the server to close its database (STOP_TIMEOUT is a second while developing). */
const patienceMs = 20_000;

/**
 * Keeps one part of `npm run dev` running: restarts it when its files change and when it ends by itself. A part that keeps
 * ending restarts at growing intervals, until a file changes. The end of one part does not end the others.
 * @returns a function that stops it for good, and resolves when its process has ended.
 */
export function keepRunning(part: Part): () => Promise<void> {
  let child: ChildProcess | undefined;
  let stopped = false;
  let wait = 1000;
  let timer: NodeJS.Timeout | undefined;
  /** The files reported as changed since the last start: the system reports a saved file twice. */
  const announced = new Set<string>();
  /** The start or stop in progress: two starts at once would make two processes. */
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
    // Ctrl+C makes the server exit at once, and would leave its database running.
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
  // The machine watches too many files already: the other functions still work.
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
