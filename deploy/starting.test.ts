import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { repository } from './testing/processes.ts';

// A start that fails says why in one line that names the setting.

vi.setConfig({ testTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'causerie-starting-'));
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

/** The exit code and the last line of a server that does not start. */
const start = (env: Record<string, string>) =>
  new Promise<{ code: unknown; said: string }>((resolve) => {
    execFile(
      process.execPath,
      ['apps/server/src/main.ts'],
      {
        cwd: repository,
        env: {
          PATH: process.env.PATH,
          DATA_DIR: directory,
          LOG_LEVEL: 'silent',
          AUTH_SECRET_KEY: 'k'.repeat(40),
          ...env,
        },
      },
      (error, _stdout, stderr) => resolve({ code: error?.code, said: stderr }),
    );
  });

it.each([
  ['HOST', { HOST: 'no-such-host.invalid', PORT: '0' }],
  ['HOST', { HOST: '192.0.2.1', PORT: '0' }],
])('%s names no address of this machine', async (name, env) => {
  const { code, said } = await start({ ...env, DATABASE_URL: database.url });
  expect(code).toBe(1);
  expect(said).toMatch(new RegExp(`^Causerie cannot start: ${name} must be [^\\n]+\\n$`));
});

it('the port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const { code, said } = await start({ PORT: String(port), DATABASE_URL: database.url });
  other.close();
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(/^Causerie cannot start: [^\n]+ Set PORT to a free one\.\n$/),
  ]);
});

it('DATA_DIR is no folder', async () => {
  writeFileSync(join(directory, 'file'), '');
  const { code, said } = await start({ PORT: '0', DATA_DIR: join(directory, 'file') });
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(/^Causerie cannot start: DATA_DIR must be a folder[^\n]+\n$/),
  ]);
});

it('is told to stop while it still starts: the database that it began goes with it', async () => {
  const child = spawn(process.execPath, ['apps/server/src/main.ts'], {
    cwd: repository,
    env: { PATH: process.env.PATH, DATA_DIR: join(directory, 'cut short'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('making the database')) resolve();
    });
  });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(readdirSync(join(directory, 'cut short/postgres'))).not.toContain('postmaster.pid');
});

it('npm is told to stop: the server and its database go with it', async () => {
  const data = join(directory, 'by npm');
  const child = spawn('npm', ['start'], {
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: directory, DATA_DIR: data, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await vi.waitFor(() => expect(said).toContain('Causerie is ready'), { timeout: 50_000 });
  const database = Number(readFileSync(join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  // To npm alone, as `kill $!` does; a terminal would tell all of them.
  child.kill('SIGTERM');
  try {
    await vi.waitFor(() => expect(existsSync(join(data, 'postgres/postmaster.pid'))).toBe(false), { timeout: 20_000 });
    // Gone, or a zombie where nothing is there to take note of its end, as in a container.
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(database)], { encoding: 'utf8' });
    expect(stdout.trim()).toMatch(/^(Z.*)?$/);
    // The pipe is closed when the last process that writes to it is gone.
    await vi.waitFor(() => expect(child.stdout.closed).toBe(true), { timeout: 10_000 });
  } finally {
    // Whatever was left behind ends without its database, and holds up no other test.
    if (existsSync(join(data, 'postgres/postmaster.pid'))) process.kill(database, 'SIGTERM');
    child.stdout.destroy();
  }
});

it('every script that runs until it is stopped hears the signal itself', () => {
  const scripts = (folder: string): Record<string, string> =>
    JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')).scripts;
  const root = scripts('.');
  const lasting = ['start', 'dev', 'backend:dev', 'frontend:dev', 'frontend:preview', 'gallery'].map(
    (name) => root[name],
  );
  // npm tells its shell, which tells nobody.
  for (const command of [...lasting, scripts('apps/web').dev, scripts('apps/web').preview])
    expect(command).toMatch(/^exec /);
});

// script(1) of util-linux gives a command a terminal; other systems have another one of that name.
it.skipIf(process.platform !== 'linux')(
  'a start that a person watches is a few plain lines; unwatched, JSON',
  async () => {
    const start = `"${process.execPath}" apps/server/src/main.ts`;
    const lines = async (program: string, args: string[]) => {
      const data = mkdtempSync(join(directory, 'watched-'));
      const child = spawn(program, args, {
        cwd: repository,
        env: { PATH: process.env.PATH, DATA_DIR: data, PORT: '0', HOME: directory },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await vi.waitFor(() => expect(said).toMatch(/Causerie is ready/), { timeout: 50_000 });
      const ended = once(child, 'exit');
      // script passes it on to nobody: its end closes the terminal.
      child.kill('SIGTERM');
      await ended;
      const database = join(data, 'postgres/postmaster.pid');
      await vi.waitFor(() => expect(existsSync(database), 'a database left behind').toBe(false), { timeout: 30_000 });
      return said.trim().split(/\r?\n/);
    };
    const watched = await lines('script', ['-qefc', start, '/dev/null']);
    expect(watched.length).toBeLessThan(8);
    for (const line of watched) expect(line).toMatch(/^\d\d:\d\d:\d\d [^{}"]+$/);
    expect(watched.join('\n')).toMatch(/^\S+ Causerie is ready at http:\/\/localhost:\d+ \(\d+ ms\)$/m);
    for (const line of await lines(process.execPath, ['apps/server/src/main.ts']))
      expect(JSON.parse(line)).toHaveProperty('msg');
  },
);
