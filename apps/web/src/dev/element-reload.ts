import { existsSync, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin, ViteDevServer } from 'vite';

/** A build replaces the whole folder: this is the time to wait until it is complete. */
const settleMs = 300;
const askAgainMs = 300;

/**
 * Reloads the open pages when `folder/dist` was built again, and logs the address of the pages once `backend` answers.
 * Vite cannot reload them: the element is built beside the web app and served by the server, so Vite does not see its
 * sources.
 * @param folder the element's package. @param backend the server's address, without a slash at the end.
 */
export function elementReload(folder: string, backend: string): Plugin {
  return {
    name: 'element-reload',
    apply: 'serve',
    configureServer(server) {
      let timer: NodeJS.Timeout | undefined;
      // Watches the folder above: each build creates a new dist.
      const watcher = watch(folder, (_event, name) => {
        if (name !== 'dist') return;
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!existsSync(`${folder}/dist/chatkit.js`)) return;
          server.ws.send({ type: 'full-reload' });
          log(server, `The element was built: open pages reload (${address(server)}).`);
        }, settleMs);
      });
      watcher.on('error', (error) => log(server, `Pages do not reload with the element: ${error.message}`));
      server.httpServer?.once('listening', () => void logReadyLine(server, backend));
      server.httpServer?.once('close', () => {
        clearTimeout(timer);
        watcher.close();
      });
    },
  };
}

/** Logs the address once the server answers: before that, the page would show an error. */
async function logReadyLine(server: ViteDevServer, backend: string): Promise<void> {
  const answers = () =>
    fetch(`${backend}/api/runtime-config`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) await sleep(askAgainMs, undefined, { ref: false });
  log(server, `Ready for development: open ${address(server)}`);
}

const address = (server: ViteDevServer) => server.resolvedUrls?.local[0] ?? 'the address above';
const log = (server: ViteDevServer, line: string) => server.config.logger.info(line);
