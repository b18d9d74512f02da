import { existsSync, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plugin, ViteDevServer } from 'vite';

/** A build puts a whole folder in place of the one before: wait until it stands. */
const settleMs = 300;
const askAgainMs = 300;

/**
 * The element is built beside the web app and served by the server behind Vite, which knows nothing of its sources. This
 * reloads the open pages when `folder/dist` was built again, and says where the pages are once `backend` answers.
 * @param folder the element's package. @param backend the server's address, without a slash at the end.
 */
export function elementReload(folder: string, backend: string): Plugin {
  return {
    name: 'element-reload',
    apply: 'serve',
    configureServer(server) {
      let timer: NodeJS.Timeout | undefined;
      // The folder above: dist itself is another one after each build.
      const watcher = watch(folder, (_event, name) => {
        if (name !== 'dist') return;
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (!existsSync(`${folder}/dist/chatkit.js`)) return;
          server.ws.send({ type: 'full-reload' });
          say(server, `The element was built: open pages reload (${address(server)}).`);
        }, settleMs);
      });
      watcher.on('error', (error) => say(server, `Pages do not reload with the element: ${error.message}`));
      server.httpServer?.once('listening', () => void sayWhenReady(server, backend));
      server.httpServer?.once('close', () => {
        clearTimeout(timer);
        watcher.close();
      });
    },
  };
}

/** The page asks the server first of all; an address given before it answers shows an error page. */
async function sayWhenReady(server: ViteDevServer, backend: string): Promise<void> {
  const answers = () =>
    fetch(`${backend}/api/runtime-config`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) await sleep(askAgainMs, undefined, { ref: false });
  say(server, `Ready for development: open ${address(server)}`);
}

const address = (server: ViteDevServer) => server.resolvedUrls?.local[0] ?? 'the address above';
const say = (server: ViteDevServer, line: string) => server.config.logger.info(line);
