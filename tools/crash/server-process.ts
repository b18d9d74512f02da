import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

const root = path.resolve(import.meta.dirname, '../..');
const startPatienceMs = 60_000;

/** The server as it is run, in a process that can be killed, frozen and started again at the same address. */
export type ServerProcess = {
  url: string;
  /** Resolves when it is ready. Rejects with the end of its log when it does not come up. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Sends it the signal and waits until it is gone. Nothing happens when it is not running. */
  end(name?: NodeJS.Signals): Promise<void>;
};

/** Starts `main.ts` with these settings and none of this process's own. */
export async function startServerProcess(settings: Record<string, string>): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const server: ServerProcess = {
    url,
    async start() {
      let log = '';
      // However this process ends, its servers go with it.
      child = spawn(process.execPath, ['--import', './apps/server/src/end-with-parent.js', 'apps/server/src/main.ts'], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH, NODE_OPTIONS: '', PORT: String(port), LOG_LEVEL: 'warn', ...settings },
      });
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (chunk: string) => {
          log = (log + chunk).slice(-4000);
        });
      for (const deadline = performance.now() + startPatienceMs; ; await sleep(20)) {
        const ready = await fetch(`${url}/ready`).catch(() => null);
        await ready?.body?.cancel();
        if (ready?.ok) return;
        if (!isRunning() || performance.now() > deadline) throw new Error(`The server does not start:\n${log}`);
      }
    },
    signal: (name) => void child!.kill(name),
    async end(name = 'SIGKILL') {
      if (!isRunning()) return;
      const gone = once(child!, 'exit');
      child!.kill(name);
      await gone;
    },
  };
  await server.start();
  return server;
}
