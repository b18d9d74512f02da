import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Embedded, startEmbedded } from '../embedded.ts';

/** A PostgreSQL that the server under test did not start and does not own, in `directory`. It can be stopped and started, and frozen. */
export async function startExternal(directory: string): Promise<{
  url: string;
  /** The process that all others of this PostgreSQL are children of. */
  readonly pid: number;
  start(): Promise<void>;
  /** All its processes stand still: connections stay, and nothing answers. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}> {
  const silent = { info() {}, warn() {}, error() {} };
  let server: Embedded | null = await startEmbedded(directory, silent);
  const { host, user, database } = server.connection;
  const postmaster = () => Number.parseInt(readFileSync(join(directory, 'postgres/postmaster.pid'), 'utf8'), 10);
  const signal = (name: string) => {
    const pid = postmaster();
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    for (const each of [pid, ...children.map(Number)]) process.kill(each, name);
  };
  return {
    url: `postgresql://${encodeURIComponent(user)}@${encodeURIComponent(host)}/${database}`,
    get pid() {
      return postmaster();
    },
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
