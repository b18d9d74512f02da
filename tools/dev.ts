/**
 * `npm run dev`: the server starts again when its source changes, the web app reloads in place (http://localhost:5173), and
 * the element is built again when it changes, upon which open pages reload (apps/web/src/dev/element-reload.ts). A part that fails is logged and started again; the others continue.
 * With names (`npm run dev -- server element`) only these run.
 */
import path from 'node:path';
import { loadConfig } from '../apps/server/src/config.ts';
import { keepRunning, type Part } from './keep-running.ts';

const root = path.resolve(import.meta.dirname, '..');
const vite = path.join(root, 'node_modules/vite/bin/vite.js');
// A part has a process group of its own (keep-running.ts), and would outlive this process if this were killed.
const endingWithUs = ['node', '--import', './apps/server/src/end-with-parent.js'];
const say = (line: string) => console.log(`[dev] ${line}`);
const env = {
  ...process.env,
  // Open pages keep their connections open; a restart does not wait for them.
  STOP_TIMEOUT: process.env.STOP_TIMEOUT ?? '1',
};

const parts: Part[] = [
  {
    ...{ name: 'server', cwd: root, env, say },
    command: [...endingWithUs, 'apps/server/src/main.ts'],
    watch: ['apps/server/src', 'apps/server/migrations', 'packages/api/src', 'packages/chatkit/src'],
  },
  {
    ...{ name: 'element', cwd: root, say, ends: 'built' },
    command: ['node', 'packages/chatkit-element/build.ts'],
    watch: ['packages/chatkit-element/src', 'packages/widgets/src', 'packages/chatkit/src'],
  },
  // Vite watches its own files.
  {
    ...{ name: 'web', cwd: root, env: withBackend(env), say },
    command: [...endingWithUs, vite, 'apps/web'],
  },
];
const names = process.argv.slice(2);
const unknown = names.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`No part is named ${unknown.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const stops = parts.filter(({ name }) => names.length === 0 || names.includes(name)).map(keepRunning);

/** The web app asks the server where it listens, by the settings that the server itself reads. */
function withBackend(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  try {
    const { PORT, VITE_BACKEND_URL } = loadConfig(given, root);
    return VITE_BACKEND_URL || PORT === 8000 ? given : { VITE_BACKEND_URL: `http://localhost:${PORT}`, ...given };
  } catch {
    return given; // The server reports invalid settings.
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
