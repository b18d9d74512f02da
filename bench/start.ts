import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median } from './load.ts';

/** The server looks every two seconds whether it is idle; on a busy machine its first look still finds the start. */
const idleMs = 5000;

/** From `npm start` to the first answer of /ready, the first time and later; and the memory of the idle process. */
export async function benchStart(print: (line: string) => void): Promise<void> {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-bench-'));
  try {
    const first = await start(data);
    const later: number[] = [];
    const memory: number[] = [];
    for (let i = 0; i < 5; i++) {
      const run = await start(data, idleMs);
      later.push(run.ms);
      memory.push(run.megabytes);
    }
    print(
      `start: first time ${(first.ms / 1000).toFixed(2)} s (goal < 5), later ${(median(later) / 1000).toFixed(2)} s (goal < 2)`,
    );
    print(`idle memory of the Node process: ${median(memory).toFixed(0)} MB (goal < 150)`);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function start(data: string, idleMs = 0): Promise<{ ms: number; megabytes: number }> {
  const started = performance.now();
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const root = path.resolve(import.meta.dirname, '..');
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PORT: String(port), DATA_DIR: data, LOG_LEVEL: 'warn' },
  });
  child.stdout.resume();
  const gone = once(child, 'close');
  try {
    for (;;) {
      const ready = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null);
      if (ready?.ok) break;
      if (child.exitCode !== null) throw new Error('the server did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const ms = performance.now() - started;
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const pid = serverPid(child.pid!);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return { ms, megabytes: (Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024) / 1e6 };
  } finally {
    // npm does not wait for its child: the whole group is told. The pipe is closed when the last of them is gone, the server
    // with its database; a start before that would wait for it, and be measured with it.
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGTERM');
    await gone;
  }
}

/** npm starts a shell, and that starts node: the one of its descendants that runs main.ts. */
function serverPid(pid: number): number {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  if (command.some((word) => word.endsWith('main.ts')) && !command.includes('-c')) return pid;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  for (const child of children) {
    const found = serverPid(Number(child));
    if (found) return found;
  }
  return 0;
}
