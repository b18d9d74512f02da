import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { copyCheckout } from '../deploy/testing/checkout.ts';
import { freePort } from './free-port.ts';

// `npm run dev` over a day of work, in a checkout of its own, whose files are edited.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const patient = { timeout: 90_000, interval: 100 };

const directory = mkdtempSync(join(tmpdir(), 'causerie-dev-'));
const checkout = join(directory, 'causerie');
let dev: ChildProcess;
let output = '';
let server: string;
let web: string;
let env: NodeJS.ProcessEnv;
const started: ChildProcess[] = [];

beforeAll(async () => {
  copyCheckout(checkout);
  const [port, vitePort] = [await freePort(), await freePort()];
  server = `http://127.0.0.1:${port}`;
  web = `http://localhost:${vitePort}`;
  env = { PATH: process.env.PATH, HOME: directory, PORT: String(port), VITE_PORT: String(vitePort) };
  dev = npmRun('dev');
  await vi.waitFor(async () => expect((await fetch(`${server}/ready`)).status).toBe(200), patient);
  await vi.waitFor(async () => expect((await fetch(web)).status).toBe(200), patient);
  // The first build of the element is over: every later build follows an edit.
  await vi.waitFor(() => expect(output).toContain('[dev] element: built'), patient);
  await vi.waitFor(() => expect(output).toContain(`Ready for development: open ${web}/\n`), patient);
});
afterAll(() => {
  for (const npm of started) npm.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

const file = (name: string) => join(checkout, name);
const health = async () => (await (await fetch(`${server}/health`)).json()) as { status: string };
function edit(name: string, from: string, to: string) {
  const text = readFileSync(file(name), 'utf8');
  expect(text).toContain(from);
  writeFileSync(file(name), text.replace(from, to));
}
/** npm, in a process group of its own, as a terminal gives each command. */
function npmRun(script: string): ChildProcess {
  const npm = spawn('npm', ['run', script], { cwd: checkout, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  started.push(npm);
  return npm;
}
/** The Node process that runs `script`, among those that npm has started, itself or through others. */
function processOf(script: string): number {
  const listed = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n');
  const all = new Map<number, { parent: number; command: string }>();
  for (const line of listed) {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    all.set(Number(pid), { parent: Number(parent), command: command ?? '' });
  }
  const isOfNpm = (pid: number): boolean => pid === dev.pid || (all.has(pid) && isOfNpm(all.get(pid)!.parent));
  const [found] = [...all].find(
    ([pid, { command }]) => /^\S*node /.test(command) && command.includes(script) && isOfNpm(pid),
  )!;
  return found;
}

it('a change of the server is served', async () => {
  edit('apps/server/src/http/health.ts', "({ status: 'ok' })", "({ status: 'edited' })");
  await vi.waitFor(async () => expect(await health()).toEqual({ status: 'edited' }), patient);
});

it('a change of the web app is served', async () => {
  appendFileSync(file('apps/web/src/main.tsx'), '\nconsole.info("edited web");\n');
  await vi.waitFor(
    async () => expect(await (await fetch(`${web}/src/main.tsx`)).text()).toContain('edited web'),
    patient,
  );
});

it('a change of the element is served, by the web app too, whose open pages reload; one that does not compile keeps the previous build', async () => {
  /** The messages from Vite to an open page. */
  const messages: { type: string }[] = [];
  const page = new WebSocket(web.replace('http', 'ws'), 'vite-hmr');
  page.onmessage = ({ data }) => messages.push(JSON.parse(String(data)));
  await vi.waitFor(() => expect(messages).toContainEqual({ type: 'connected' }), patient);
  const before = output.length;
  appendFileSync(file('packages/chatkit-element/src/main.ts'), '\nconsole.info("edited element");\n');
  await vi.waitFor(() => expect(messages).toContainEqual({ type: 'full-reload' }), patient);
  // A page that reloads now gets the new one.
  expect(await (await fetch(`${web}/chatkit.js`)).text()).toContain('edited element');
  await vi.waitFor(() => expect(output.slice(before)).toContain('[dev] element: built'), patient);
  expect(output.slice(before).match(/element: main\.ts changed/g)).toHaveLength(1);
  page.close();
  appendFileSync(file('packages/chatkit-element/src/main.ts'), '\nthis is no TypeScript\n');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] element ended \(code 1\)/), patient);
  expect(await (await fetch(`${server}/chatkit.js`)).text()).toContain('edited element');
});

it('restarts a server that fails to start or is killed, and keeps the other parts running', async () => {
  appendFileSync(file('apps/server/src/http/health.ts'), '\nthrow new Error("a mistake");\n');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] server ended \(code 1\)/), patient);
  expect((await fetch(web)).status).toBe(200);
  edit('apps/server/src/http/health.ts', '\nthrow new Error("a mistake");\n', '');
  await vi.waitFor(async () => expect(await health()).toEqual({ status: 'edited' }), patient);

  process.kill(processOf('apps/server/src/main.ts'), 'SIGKILL');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] server ended \(SIGKILL\)/), patient);
  await vi.waitFor(async () => expect(await health()).toEqual({ status: 'edited' }), patient);
  process.kill(processOf('vite/bin/vite.js'), 'SIGKILL');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] web ended \(SIGKILL\)/), patient);
  await vi.waitFor(async () => expect((await fetch(web)).status).toBe(200), patient);
});

const postmaster = () => file('data/postgres/postmaster.pid');
/** All of what npm has started, the database as well. */
async function isGone(npm: ChildProcess, database?: number): Promise<void> {
  // The pipe is closed when the last process that writes to it is gone.
  await vi.waitFor(() => expect([npm.stdout!.closed, npm.stderr!.closed]).toEqual([true, true]), patient);
  expect(existsSync(postmaster())).toBe(false);
  await expect(fetch(web)).rejects.toThrow();
  await expect(fetch(server)).rejects.toThrow();
  if (!database) return;
  // Gone, or a zombie where nothing is there to take note of its end, as in a container.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(database)], { encoding: 'utf8' });
  expect(stdout.trim()).toMatch(/^(Z.*)?$/);
}
const databaseOf = () => Number(readFileSync(postmaster(), 'utf8').split('\n')[0]);

it('Ctrl+C, which npm passes on as well, ends all of it and leaves no database behind', async () => {
  const database = databaseOf();
  process.kill(-dev.pid!, 'SIGINT');
  await isGone(dev, database);
});

it('a signal to npm, or its end by SIGKILL, ends what it started; so does dev.ts', async () => {
  const backend = npmRun('backend:dev');
  await vi.waitFor(async () => expect((await fetch(`${server}/ready`)).status).toBe(200), patient);
  const database = databaseOf();
  backend.kill('SIGKILL');
  await isGone(backend, database);

  const frontend = npmRun('frontend:dev');
  await vi.waitFor(async () => expect((await fetch(web)).status).toBe(200), patient);
  frontend.kill('SIGTERM');
  await isGone(frontend);

  // This one is killed where nobody passes anything on: its parts look after it themselves.
  dev = npmRun('backend:dev');
  await vi.waitFor(async () => expect((await fetch(`${server}/ready`)).status).toBe(200), patient);
  process.kill(processOf(' tools/dev.ts'), 'SIGKILL');
  await isGone(dev);
});
