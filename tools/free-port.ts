import { once } from 'node:events';
import { createServer } from 'node:net';

// Below 32768, where Linux begins to give ports to outgoing connections (macOS and Windows: 49152): a port of that range
// that was free a moment ago may belong to any connection of the next test, most of all while a server is being restarted.
const [first, last] = [10_000, 32_767];

/** Finds a free port of this machine, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
