import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePort } from '../tools/free-port.ts';
import { placeNode } from './testing/checkout.ts';
import { buildImage } from './testing/dockerfile.ts';
import { repository, startServer } from './testing/processes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'causerie-image-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('the manifest of every workspace is there before npm ci', () => {
  const before = readFileSync(join(repository, 'Dockerfile'), 'utf8').split('RUN npm ci')[0]!;
  for (const manifest of globSync('{apps,packages}/*/package.json', { cwd: repository }))
    expect(before).toContain(`COPY ${manifest} ${dirname(manifest)}/\n`);
});

it('every step of the Dockerfile runs, and the result starts as its user, with the embedded database', async () => {
  chmodSync(scratch, 0o755);
  const isRoot = process.getuid!() === 0;
  const owner = isRoot ? { uid: 65534, gid: 65534 } : { uid: process.getuid!(), gid: process.getgid!() };
  // The image's Node is the one of these tests; npm is the machine's.
  const node = placeNode(scratch);
  const path = [dirname(node), process.env.PATH].join(delimiter);
  const image = buildImage(repository, scratch, path, owner);

  expect(image).toMatchObject({ directory: '/app', user: 'node' });
  expect(image.env).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: '/data', NODE_ENV: 'production' });
  const app = join(image.root, image.directory);
  // The files of the build alone are removed; the files for the pages are present.
  expect(existsSync(join(app, 'node_modules/@biomejs/biome'))).toBe(false);
  const builders = /^(node-(linux|darwin|win)|@?(typescript|vitest|vite|rolldown|esbuild|lightningcss)(-|$))/;
  expect(readdirSync(join(app, 'node_modules')).filter((name) => builders.test(name))).toEqual([]);
  // And no package that is left needs one that is gone.
  const listed = spawnSync('npm', ['ls', '--all', '--omit=dev', '--offline'], {
    cwd: app,
    env: { PATH: path, HOME: scratch },
    encoding: 'utf8',
  });
  expect([listed.stderr, listed.status]).toEqual(['', 0]);
  for (const file of ['apps/web/dist/index.html', 'packages/chatkit-element/dist/chatkit.js'])
    expect(existsSync(join(app, file)), file).toBe(true);
  expect(globSync('{apps,packages}/*/src/**/*.test.{ts,tsx}', { cwd: app })).toEqual([]);

  const port = await freePort();
  const healthy = () => spawnSync(node, image.healthcheck.slice(1), { env: { PORT: String(port) } }).status === 0;
  expect(image.healthcheck[0]).toBe('node');
  expect(healthy()).toBe(false);
  // As in a container: its environment and user, nothing else of ours.
  const env = { ...image.env, PATH: path, DATA_DIR: join(image.root, image.env.DATA_DIR!), PORT: String(port) };
  expect(image.command[0]).toBe('node');
  const server = await startServer(env, [node, ...image.command.slice(1)], { cwd: app, ...(isRoot ? owner : {}) });
  expect(healthy()).toBe(true);
  expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).slice(0, 100)).toMatch(/<!doctype html>/i);
  expect((await fetch(`http://127.0.0.1:${port}/chatkit.js`)).status).toBe(200);
  // The bundles name the licences of their contents.
  for (const [url, name] of [
    ['licenses.md', 'react'],
    ['chatkit/LICENSES.txt', 'mermaid'],
  ] as const) {
    const reply = await fetch(`http://127.0.0.1:${port}/${url}`);
    expect(reply.status, url).toBe(200);
    expect(await reply.text()).toMatch(new RegExp(`^(## )?${name} `, 'm'));
  }
  expect(await server.stop('SIGTERM')).toBe(0);
}, 180_000);
