import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from '../embedded.ts';

/** A PostgreSQL that the server under test did not start and does not own, in `directory`. It can be stopped and started, and frozen. */
export async function startExternal(directory: string): Promise<{
  url: string;
  start(): Promise<void>;
  /** All its processes stand still: connections stay, and nothing answers. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}> {
  const silent = { info() {}, warn() {}, error() {} };
  let server: Embedded | null = await startEmbedded(directory, silent);
  const { host, user, database } = server.connection;
  const signal = (name: string) => {
    const postmaster = readFileSync(join(directory, 'postgres/postmaster.pid'), 'utf8').split('\n', 1)[0]!;
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', postmaster], { encoding: 'utf8' }).trim().split(/\s+/);
    for (const pid of [postmaster, ...children]) process.kill(Number(pid), name);
  };
  return {
    url: `postgresql://${encodeURIComponent(user)}@${encodeURIComponent(host)}/${database}`,
    async start() {
      server = await startEmbedded(directory, silent);
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async close() {
      await server?.stop();
      server = null;
    },
  };
}
