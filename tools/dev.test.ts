import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { copyCheckout } from '../deploy/testing/checkout.ts';
import { freePort } from './free-port.ts';

// `npm run dev` as somebody has it open for a day, in a checkout of its own, whose files are edited.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const patient = { timeout: 90_000, interval: 100 };

const directory = mkdtempSync(join(tmpdir(), 'causerie-dev-'));
const checkout = join(directory, 'causerie');
let dev: ChildProcess;
let output = '';
let server: string;
let web: string;

beforeAll(async () => {
  copyCheckout(checkout);
  const [port, vitePort] = [await freePort(), await freePort()];
  server = `http://127.0.0.1:${port}`;
  web = `http://localhost:${vitePort}`;
  dev = spawn(process.execPath, ['tools/dev.ts'], {
    cwd: checkout,
    env: { PATH: process.env.PATH, PORT: String(port), VITE_PORT: String(vitePort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [dev.stdout!, dev.stderr!]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  await vi.waitFor(async () => expect((await fetch(`${server}/ready`)).status).toBe(200), patient);
  await vi.waitFor(async () => expect((await fetch(web)).status).toBe(200), patient);
  // The first build of the element is over: what comes after it is of an edit.
  await vi.waitFor(() => expect(output).toContain('[dev] element: built'), patient);
  await vi.waitFor(() => expect(output).toContain(`Ready for development: open ${web}/\n`), patient);
});
afterAll(() => {
  dev.kill('SIGTERM');
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

const file = (name: string) => join(checkout, name);
const health = async () => (await (await fetch(`${server}/health`)).json()) as { status: string };
function edit(name: string, from: string, to: string) {
  const text = readFileSync(file(name), 'utf8');
  expect(text).toContain(from);
  writeFileSync(file(name), text.replace(from, to));
}
/** The process of the part that runs `script`. */
function processOf(script: string): number {
  const all = execFileSync('ps', ['-axo', 'pid=,ppid=,command='], { encoding: 'utf8' });
  const [, pid] = all
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .find(([, , parent, command]) => parent === String(dev.pid) && command!.includes(script))!;
  return Number(pid);
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

it('a change of the element is served, by the web app too, whose open pages reload; one that does not compile leaves what was there', async () => {
  /** What Vite tells an open page. */
  const told: { type: string }[] = [];
  const page = new WebSocket(web.replace('http', 'ws'), 'vite-hmr');
  page.onmessage = ({ data }) => told.push(JSON.parse(String(data)));
  await vi.waitFor(() => expect(told).toContainEqual({ type: 'connected' }), patient);
  const before = output.length;
  appendFileSync(file('packages/chatkit-element/src/main.ts'), '\nconsole.info("edited element");\n');
  await vi.waitFor(() => expect(told).toContainEqual({ type: 'full-reload' }), patient);
  // A page that reloads now gets the new one.
  expect(await (await fetch(`${web}/chatkit.js`)).text()).toContain('edited element');
  await vi.waitFor(() => expect(output.slice(before)).toContain('[dev] element: built'), patient);
  expect(output.slice(before).match(/element: main\.ts changed/g)).toHaveLength(1);
  page.close();
  appendFileSync(file('packages/chatkit-element/src/main.ts'), '\nthis is no TypeScript\n');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] element ended \(code 1\)/), patient);
  expect(await (await fetch(`${server}/chatkit.js`)).text()).toContain('edited element');
});

it('a server that does not start any more, and one that is killed, end nothing else and come back', async () => {
  appendFileSync(file('apps/server/src/http/health.ts'), '\nthrow new Error("a mistake");\n');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] server ended \(code 1\)/), patient);
  expect((await fetch(web)).status).toBe(200);
  edit('apps/server/src/http/health.ts', '\nthrow new Error("a mistake");\n', '');
  await vi.waitFor(async () => expect(await health()).toEqual({ status: 'edited' }), patient);

  process.kill(processOf('apps/server/src/main.ts'), 'SIGKILL');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] server ended \(SIGKILL\)/), patient);
  await vi.waitFor(async () => expect(await health()).toEqual({ status: 'edited' }), patient);
  process.kill(processOf('/vite'), 'SIGKILL');
  await vi.waitFor(() => expect(output).toMatch(/\[dev\] web ended \(SIGKILL\)/), patient);
  await vi.waitFor(async () => expect((await fetch(web)).status).toBe(200), patient);
});

it('Ctrl+C, as npm passes it on, ends all of it and leaves no database behind', async () => {
  const pid = Number(readFileSync(file('data/postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  const ended = new Promise((resolve) => dev.once('exit', resolve));
  dev.kill('SIGINT');
  dev.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(existsSync(file('data/postgres/postmaster.pid'))).toBe(false);
  // Gone, or a zombie where nothing is there to take note of its end, as in a container.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  expect(stdout.trim()).toMatch(/^(Z.*)?$/);
  await expect(fetch(web)).rejects.toThrow();
  await expect(fetch(server)).rejects.toThrow();
});
