import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testDatabase } from '../apps/server/src/platform/database/testing.ts';

const root = path.resolve(import.meta.dirname, '..');

/**
 * The product as users run it: `node apps/server/src/main.ts`, with a data directory and a database of its own. The database
 * belongs to the PostgreSQL of the test run: a server that starts its own takes two seconds of a core. Its tests are in `deploy/`.
 */
export type RunningServer = {
  url: string;
  /** The output of the process so far. */
  output(): string;
  /** Ends the process with this signal and waits for it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Starts it again on the same data and the same port. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
};

/** Starts a server; resolves when it logs that it is ready. `env` adds to a bare environment without any key. */
export async function startServer(env: Record<string, string> = {}): Promise<RunningServer> {
  for (const built of ['apps/web/dist/index.html', 'packages/chatkit-element/dist/chatkit.js']) {
    if (!existsSync(path.join(root, built))) throw new Error(`${built} is missing. Run: npm run build`);
  }
  const data = await mkdtemp(path.join(tmpdir(), 'causerie-e2e-'));
  const database = await testDatabase({ poolSize: 1 });
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
        DATABASE_URL: database.url,
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

  // A server that several files share is not closed by any of them: it ends with the worker.
  const abandon = () => {
    child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  };
  async function remove(): Promise<void> {
    for (const end of ['exit', 'SIGTERM'] as const) process.off(end, abandon);
    await database.close();
    await rm(data, { recursive: true, force: true });
  }

  let url: string;
  try {
    url = await start();
  } catch (error) {
    await remove();
    throw error;
  }
  // vitest ends a worker by SIGTERM, which runs no `exit` handlers.
  for (const end of ['exit', 'SIGTERM'] as const) process.once(end, abandon);
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
      await remove();
    },
  };
}

let shared: Promise<RunningServer> | undefined;

/**
 * The product with its defaults, one for all the files that a worker runs: a file that uses it signs up people of its own and
 * does not close it. The first account, which is the administrator's, is taken.
 */
export function sharedServer(): Promise<RunningServer> {
  shared ??= startServer().then(async (server) => {
    const response = await fetch(`${server.url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'first@example.com', password: 'the first one of all', name: 'The first' }),
    });
    if (response.status !== 201) throw new Error(`The first account was refused: ${await response.text()}`);
    return server;
  });
  return shared;
}
