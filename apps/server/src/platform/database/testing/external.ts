import { type Embedded, startEmbedded } from '../embedded.ts';

/** A PostgreSQL that the server under test did not start and does not own, in `directory`. It can be stopped and started. */
export async function startExternal(directory: string): Promise<{
  url: string;
  start(): Promise<void>;
  close(): Promise<void>;
}> {
  const silent = { info() {}, warn() {}, error() {} };
  let server: Embedded | null = await startEmbedded(directory, silent);
  const { host, user, database } = server.connection;
  return {
    url: `postgresql://${encodeURIComponent(user)}@${encodeURIComponent(host)}/${database}`,
    async start() {
      server = await startEmbedded(directory, silent);
    },
    async close() {
      await server?.stop();
      server = null;
    },
  };
}
