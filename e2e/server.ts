import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** The product as people run it: `node apps/server/src/main.ts`, with a data directory of its own. */
export interface RunningServer {
  url: string;
  /** Everything the process wrote so far. */
  output(): string;
  /** Ends the process with this signal and waits for it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Starts it again on the same data and the same port. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** Starts a server; resolves when it says that it is ready. `env` adds to a bare environment without any key. */
export async function startServer(env: Record<string, string> = {}): Promise<RunningServer> {
  for (const built of ['apps/web/dist/index.html', 'packages/chatkit-element/dist/chatkit.js']) {
    if (!existsSync(path.join(root, built))) throw new Error(`${built} is missing. Run: npm run build`);
  }
  const data = await mkdtemp(path.join(tmpdir(), 'causerie-e2e-'));
  let child: ChildProcess;
  let port = '0';
  let output = '';

  async function start(): Promise<string> {
    let heard = '';
    const next = spawn(process.execPath, ['apps/server/src/main.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_OPTIONS: '',
        PORT: port,
        DATA_DIR: data,
        LOG_LEVEL: 'info',
        ...env,
      },
    });
    child = next;
    return new Promise((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        heard += chunk;
        output += chunk;
        const ready = /is ready at (http:\/\/localhost:(\d+))/.exec(heard);
        if (ready?.[1] === undefined || ready[2] === undefined) return;
        port = ready[2];
        resolve(ready[1]);
      };
      next.stdout.on('data', listen);
      next.stderr.on('data', listen);
      next.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready:\n${heard}`)));
    });
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  let url: string;
  try {
    url = await start();
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
  return {
    url,
    output: () => output,
    end,
    restart: async () => {
      await end('SIGTERM');
      await start();
    },
    async close() {
      await end('SIGTERM');
      await rm(data, { recursive: true, force: true });
    },
  };
}
