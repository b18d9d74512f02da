import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from '../embedded.ts';

/**
 * A PostgreSQL in `directory` that the server under test did not start and does not own. A test can stop, start and freeze
 * it.
 */
export async function startExternal(directory: string): Promise<{
  url: string;
  /** The parent of all other processes of this PostgreSQL. */
  readonly pid: number;
  start(): Promise<void>;
  /** Stops all its processes with SIGSTOP: connections stay open, and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Kills all its processes at once, with nothing written any more; then starts it again, as a supervisor does. */
  kill(): void;
  close(): Promise<void>;
}> {
  const silent = { info() {}, warn() {}, error() {} };
  let server: Embedded | null = await startEmbedded(directory, silent);
  const { host, user, database } = server.connection;
  return {
    url: `postgresql://${encodeURIComponent(user)}@${encodeURIComponent(host)}/${database}`,
    get pid() {
      return postmasterOf(directory);
    },
    async start() {
      server = await startEmbedded(directory, silent);
    },
    freeze: () => signalCluster(directory, 'SIGSTOP'),
    thaw: () => signalCluster(directory, 'SIGCONT'),
    kill: () => signalCluster(directory, 'SIGKILL'),
    async close() {
      await server?.stop();
      server = null;
    },
  };
}

const postmasterOf = (directory: string): number =>
  Number.parseInt(readFileSync(join(directory, 'postgres/postmaster.pid'), 'utf8'), 10);

/** Sends a signal to every process of the PostgreSQL in `<directory>/postgres`, whoever started it. */
export function signalCluster(directory: string, name: NodeJS.Signals): void {
  const postmaster = postmasterOf(directory);
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', `${postmaster}`], { encoding: 'utf8' });
  for (const pid of [postmaster, ...listed.trim().split(/\s+/).map(Number)]) {
    try {
      process.kill(pid, name);
    } catch (error) {
      // The backend ended by itself after it was listed.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
