import './check-node.js';
import './compile-cache.js';
import { registerHooks } from 'node:module';
import { isatty } from 'node:tty';

registerHooks({
  resolve(specifier, context, next) {
    // Our packages export their sources under a condition of our own, since others import the built files. Here the sources
    // run, whatever command starts this file: a flag (--conditions) would be forgotten.
    if (specifier.startsWith('@causerie/'))
      return next(specifier, { ...context, conditions: [...context.conditions, '@causerie/source'] });
    // Zod brings its messages in fifty languages, and loads them all: 8 MB. We use our own catalogues.
    if (specifier === '../locales/index.js' && context.parentURL?.includes('/node_modules/zod/'))
      return next('../locales/en.js', context);
    return next(specifier, context);
  },
});
const { loadConfig } = await import('./config.ts');
const { createApp } = await import('./app.ts');
const { mostWaiting } = await import('./http/index.ts');
const { giveMemoryBackWhenIdle } = await import('./give-memory-back.ts');
const { surviveFaults } = await import('./platform/faults/index.ts');

/**
 * Signals closer together than this are one request: Ctrl+C tells npm and this process, and npm, where it is the parent,
 * tells this process once more.
 */
const oneRequestMs = 1000;
/** After this time without much work, memory is returned; the start is over sooner. */
const idleMs = 2000;

/** Starts one server process: settings → platform → features → listen. A start that fails says why in one line. */
async function main(): Promise<void> {
  const config = loadConfig();
  const starting = createApp(config);

  let asked: number | undefined;
  const stop = async (signal: string) => {
    if (asked !== undefined) {
      // A second Ctrl+C stops at once. A second SIGTERM is ignored: end-with-parent.js sends one when npm ends first.
      if (signal === 'SIGINT' && performance.now() - asked > oneRequestMs) process.exit(1);
      return;
    }
    asked = performance.now();
    // Whatever hangs: a process that is asked to stop ends in time, before somebody loses patience and kills it.
    setTimeout(() => process.exit(1), (config.STOP_DELAY + config.STOP_TIMEOUT + 15) * 1000).unref();
    // During the start too: the embedded database may be running already, and would be left behind.
    const app = await starting;
    app.log.info({ signal }, 'stopping');
    await app.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => {
      // The terminal is closed. Under nohup, which leaves none of the three on it, the process must go on. Node restores
      // the signal's default, nohup or not: without a listener this process died and left its database running.
      if (signal === 'SIGHUP' && ![0, 1, 2].some((stream) => isatty(stream))) return;
      stop(signal).catch(() => process.exit(1));
    });
  }

  const app = await starting;
  if (asked !== undefined) return;
  try {
    await app.http.listen({
      port: config.PORT,
      host: config.HOST,
      backlog: mostWaiting,
      listenTextResolver: (address) =>
        `Causerie is ready at ${config.PUBLIC_URL ?? address.replace('127.0.0.1', 'localhost')} (${Math.round(performance.now())} ms)`,
    });
  } catch (error) {
    await app.close();
    throw new Error(whyNot(error as NodeJS.ErrnoException), { cause: error });
  }
  surviveFaults(app.log);
  app.jobs.start({ wakesOnly: config.ROLE === 'web' });
  giveMemoryBackWhenIdle(idleMs);
}

/** Why it cannot listen, in a line that names the setting to change. */
function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `${message}. Set PORT to a free one.`;
  if (code === 'EACCES') return `${message}. Set PORT to 1024 or higher.`;
  return `HOST must be an address of this machine (${message})`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`Causerie cannot start: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
