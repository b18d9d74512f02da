/**
 * `npm run dev`: the server starts again when its source changes, the web app reloads in place (http://localhost:5173), and
 * the element is built again when it changes. A part that fails says so and is tried again; the others go on.
 */
import path from 'node:path';
import { loadConfig } from '../apps/server/src/config.ts';
import { keepRunning } from './keep-running.ts';

const root = path.resolve(import.meta.dirname, '..');
const say = (line: string) => console.log(`[dev] ${line}`);
const env = {
  ...process.env,
  // Open pages hold connections for as long as they live; a restart does not wait for them.
  STOP_TIMEOUT: process.env.STOP_TIMEOUT ?? '1',
};

const stops = [
  keepRunning({
    ...{ name: 'server', cwd: root, env, say },
    command: ['node', 'apps/server/src/main.ts'],
    watch: ['apps/server/src', 'apps/server/migrations', 'packages/chatkit/src', 'packages/client/src'],
  }),
  keepRunning({
    ...{ name: 'element', cwd: root, say, ends: true },
    command: ['node', 'packages/chatkit-element/build.ts'],
    watch: ['packages/chatkit-element/src', 'packages/chatkit/src'],
  }),
  // Vite watches its own files.
  keepRunning({
    ...{ name: 'web', cwd: path.join(root, 'apps/web'), env: withBackend(env), say },
    command: [path.join(root, 'node_modules/.bin/vite')],
  }),
];

/** The web app asks the server where it listens, by the settings that the server itself reads. */
function withBackend(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  try {
    const { PORT } = loadConfig(given, root);
    return PORT === 8000 ? given : { VITE_BACKEND_URL: `http://localhost:${PORT}`, ...given };
  } catch {
    return given; // The server says what is wrong with them.
  }
}

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return; // npm passes on the signal that the terminal sent already.
  stopping = true;
  await Promise.all(stops.map((one) => one()));
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());
