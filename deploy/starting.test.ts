import { type ChildProcessByStdio, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type TestDatabase, testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { freePort } from '../tools/free-port.ts';
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

/** The exit code, the last line and the log of a server that does not start. */
const start = (env: Record<string, string>) =>
  new Promise<{ code: unknown; said: string; log: string }>((resolve) => {
    execFile(
      process.execPath,
      ['apps/server/src/main.ts'],
      {
        cwd: repository,
        env: {
          PATH: process.env.PATH,
          DATA_DIR: directory,
          LOG_LEVEL: 'warn',
          AUTH_SECRET_KEY: 'k'.repeat(40),
          ...env,
        },
      },
      (error, log, said) => resolve({ code: error?.code, said, log }),
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
  const { code, said, log } = await start({ PORT: String(port), DATABASE_URL: database.url });
  other.close();
  expect([code, said, log]).toEqual([
    1,
    expect.stringMatching(/^Causerie cannot start: [^\n]+ Set PORT to a free one\.\n$/),
    '',
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

it.runIf(process.platform === 'linux')('does not take it for the end of npm that no file can be opened', async () => {
  const full = `try { for (;;) require('fs').openSync('/dev/null') } catch {}`;
  const program = `${full} setTimeout(() => { console.log('still here'); process.exit() }, 1500)`;
  const script = `ulimit -n 100; "$NODE" --import ./apps/server/src/end-with-parent.js -e "$PROGRAM"; exit $?`;
  const env = { NODE: process.execPath, PROGRAM: program, npm_lifecycle_script: script };
  expect(spawnSync('sh', ['-c', script], { cwd: repository, env, encoding: 'utf8' }).stdout).toBe('still here\n');
});

it('stops during its start, together with the database that it began', async () => {
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

it('keeps running when the terminal closes and no stream uses it, as under nohup', async () => {
  const port = await freePort();
  const child = spawn('nohup', [process.execPath, 'apps/server/src/main.ts'], {
    cwd: repository,
    env: { PATH: process.env.PATH, DATA_DIR: directory, PORT: String(port), DATABASE_URL: database.url },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('Causerie is ready')) resolve();
      });
    });
    child.kill('SIGHUP');
    await sleep(200);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

describe('a server that npm has started', () => {
  const data = join(directory, 'by npm');
  const postmaster = join(data, 'postgres/postmaster.pid');
  const running: Started[] = [];
  afterEach(() => {
    // The processes of a failed test must not block the next one.
    for (const { npm, database } of running.splice(0)) {
      if (npm.stdout.closed && !existsSync(postmaster)) continue;
      npm.stdout.destroy();
      for (const [pid, signal] of [[-npm.pid!, 'SIGKILL'] as const, [database, 'SIGINT'] as const]) {
        try {
          if (pid) process.kill(pid, signal);
        } catch {}
      }
    }
  });
  type Started = { npm: ChildProcessByStdio<null, Readable, null>; port: number; database: number };

  async function npmStart(env: Record<string, string> = {}): Promise<Started> {
    const port = await freePort();
    const npm = spawn('npm', ['start'], {
      cwd: repository,
      env: { PATH: process.env.PATH, HOME: directory, DATA_DIR: data, PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A process group of its own, as a terminal gives each command.
      detached: true,
    });
    const started = { npm, port, database: 0 };
    running.push(started);
    let said = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await vi.waitFor(() => expect(said).toContain('Causerie is ready'), { timeout: 50_000 });
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    started.database = Number(readFileSync(postmaster, 'utf8').split('\n')[0]);
    return started;
  }

  async function isGone({ npm, port, database }: Started): Promise<void> {
    // The pipe is closed when the last process that writes to it is gone: npm, its shell, the server.
    await vi.waitFor(() => expect(npm.stdout.closed).toBe(true), { timeout: 30_000 });
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    // Gone, or a zombie where nothing is there to take note of its end, as in a container.
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(database)], { encoding: 'utf8' });
    expect(stdout.trim()).toMatch(/^(Z.*)?$/);
  }

  it('stops with its database after a signal to npm alone; a new server waits for it', async () => {
    const first = await npmStart({ STOP_DELAY: '3' });
    const ended = once(first.npm, 'exit');
    // As `kill $!` does; a terminal would tell all of them.
    first.npm.kill('SIGTERM');
    await ended;
    const second = await npmStart();
    await isGone(first);
    second.npm.kill('SIGTERM');
    await isGone(second);
    expect(existsSync(postmaster)).toBe(false);
  });

  it.each(['sh', 'bash'])('takes Ctrl+C for one request, though npm passes it on as well (%s)', async (shell) => {
    // Still stopping when the second signal comes.
    const started = await npmStart({ npm_config_script_shell: shell, STOP_DELAY: '1' });
    process.kill(-started.npm.pid!, 'SIGINT');
    // What npm passes on may come so soon that the system makes one of the two; this one does not.
    await sleep(200);
    started.npm.kill('SIGINT');
    await isGone(started);
    expect(existsSync(postmaster)).toBe(false);
  });

  it('stops with its database when npm is killed', async () => {
    const started = await npmStart();
    started.npm.kill('SIGKILL');
    await isGone(started);
    expect(existsSync(postmaster)).toBe(false);
  });

  it('stops with its database when its terminal closes, also under nohup, which npm ignores', async () => {
    const started = await npmStart();
    // As a shell does with each of its commands.
    process.kill(-started.npm.pid!, 'SIGHUP');
    await isGone(started);
    expect(existsSync(postmaster)).toBe(false);
  });

  it('keeps running when the parent of npm ends', async () => {
    const port = await freePort();
    const env = { PATH: process.env.PATH, HOME: directory, DATA_DIR: data, PORT: String(port) };
    // The shell ends at once, and npm gets another parent.
    const script = 'nohup npm start >/dev/null 2>&1 & echo $!';
    const { stdout } = spawnSync('sh', ['-c', script], { cwd: repository, env, encoding: 'utf8' });
    const health = () => fetch(`http://127.0.0.1:${port}/health`);
    try {
      await vi.waitFor(async () => expect((await health()).status).toBe(200), { timeout: 50_000, interval: 100 });
      // Several looks after its parent.
      await sleep(1000);
      expect((await health()).status).toBe(200);
    } finally {
      process.kill(Number(stdout), 'SIGTERM');
    }
    await vi.waitFor(() => expect(existsSync(postmaster)).toBe(false), { timeout: 20_000 });
  });
});

it('every script that runs until it is stopped looks whether npm is still there', () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  for (const name of ['start', 'dev', 'backend:dev', 'frontend:dev', 'frontend:preview', 'gallery'])
    expect(scripts[name]).toContain(' --import ./apps/server/src/end-with-parent.js ');
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
      // script does not pass the signal on: its end closes the terminal.
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
