import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tools/free-port.ts';

// Real programs for the tests in this folder: the server as people start it, Redis, nginx with the shipped files.

export const repository = join(import.meta.dirname, '../..');
const shipped = join(repository, 'deploy/nginx');

const found = (candidates: string[]) => candidates.find((file) => existsSync(file));
export const nginxBinary = found(['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx']);
export const redisBinary = found([
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
]);

/** A program that runs, and how to end it. */
export type Running = {
  port: number;
  child: ChildProcess;
  /** What it has written so far. */
  output(): string;
  /** Sends the signal and waits for the end; gives the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
};

/** A test that fails leaves its programs to the end of its worker, which vitest ends by SIGTERM. */
const children = new Set<ChildProcess>();
for (const end of ['exit', 'SIGTERM'] as const) {
  process.once(end, () => {
    for (const child of children) child.kill('SIGTERM');
  });
}

/** Where and as whom a program runs; this checkout and the tests' own user otherwise. */
export type Place = { cwd?: string; uid?: number | undefined; gid?: number | undefined };

/** Starts one server process, by the command people use, in an environment that holds only what is given. */
export async function startServer(
  env: Record<string, string>,
  command: string[] = ['node', 'apps/server/src/main.ts'],
  place: Place = {},
): Promise<Running> {
  const port = env.PORT ? Number(env.PORT) : await freePort();
  const running = run(
    command[0] === 'node' ? process.execPath : command[0]!,
    command.slice(1),
    port,
    {
      PATH: process.env.PATH ?? '',
      PORT: String(port),
      ...env,
    },
    place,
  );
  await answers(running, async () => (await fetch(`http://127.0.0.1:${port}/ready`)).ok);
  return running;
}

export async function startRedis(): Promise<Running> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const running = run(redisBinary!, args, port, {});
  await answers(running, () => accepts(port));
  return running;
}

/** An nginx with the site file of that name, its ports, addresses and certificate put in place of the shipped ones. */
export type Nginx = Running & { httpPort: number; certificate: string; accessLog(): string; errorLog(): string };

/** Makes a certificate for the name of the shipped sites, in the two files that certbot would keep in this folder. */
export function makeCertificate(directory: string): void {
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
      .concat(['-subj', '/CN=chat.example.com', '-addext', 'subjectAltName=DNS:chat.example.com'])
      .concat(['-keyout', join(directory, 'privkey.pem'), '-out', join(directory, 'fullchain.pem')]),
    { stdio: 'ignore' },
  );
}

/**
 * Starts nginx with `deploy/nginx/<site>` over the server processes at `ports`. It runs as the user of the tests, so what
 * the system's own nginx.conf would say (user, pid, temporary files) is said here; http { } holds the shipped files only.
 */
export async function startNginx(
  site: string,
  ports: number[],
  vitePort = 5173,
  /** Changes numbers of the shipped files, such as a limit that would take a flood to reach. */
  edit: (text: string) => string = (text) => text,
): Promise<Nginx> {
  const directory = mkdtempSync(join(tmpdir(), 'causerie-nginx-'));
  const at = (name: string) => join(directory, name);
  const [port, httpPort] = [await freePort(), await freePort()];
  makeCertificate(directory);
  const local = (name: string) => {
    const text = edit(readFileSync(join(shipped, name), 'utf8'))
      .replaceAll('/etc/letsencrypt/live/chat.example.com', directory)
      .replaceAll('/etc/nginx/causerie', directory)
      .replaceAll('/var/log/nginx/causerie.log', at('access.log'))
      .replaceAll('/var/www/certbot', at('certbot'))
      .replaceAll('127.0.0.1:5173', `127.0.0.1:${vitePort}`)
      .replaceAll(/listen 443\b/g, `listen 127.0.0.1:${port}`)
      .replaceAll(/listen 80\b/g, `listen 127.0.0.1:${httpPort}`);
    writeFileSync(at(name), text);
    return `include ${at(name)};`;
  };
  mkdirSync(at('certbot/.well-known/acme-challenge'), { recursive: true });
  writeFileSync(at('certbot/.well-known/acme-challenge/token'), 'proof');
  local('proxy.conf');
  local('live.conf');
  local('limits.conf');
  const upstream = readFileSync(join(shipped, 'upstream.conf'), 'utf8');
  const [line] = /^\s*server 127\.0\.0\.1:8001(.*;)$/m.exec(upstream)!;
  const servers = ports.map((one) => line.replace('8001', String(one))).join('\n');
  writeFileSync(at('upstream.conf'), upstream.replace(/(^\s*server .*$\n)+/m, `${servers}\n`));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${at(kind)};`,
  );
  const http = [...temporary, local('http.conf'), `include ${at('upstream.conf')};`, local(site)].join('\n  ');
  writeFileSync(
    at('nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;\n' : ''}daemon off;\nworker_processes 1;\npid ${at('pid')};\nerror_log ${at('error.log')} warn;\n` +
      `events { worker_connections 1024; }\nhttp {\n  access_log off;\n  ${http}\n}\n`,
  );
  const running = run(nginxBinary!, ['-p', directory, '-e', at('error.log'), '-c', at('nginx.conf')], port, {});
  await answers(running, () => accepts(port)).catch((error: Error) => {
    throw new Error(`${error.message}\n${readFileSync(at('error.log'), 'utf8')}`);
  });
  return {
    ...running,
    httpPort,
    certificate: readFileSync(at('fullchain.pem'), 'utf8'),
    accessLog: () => readFileSync(at('access.log'), 'utf8'),
    errorLog: () => readFileSync(at('error.log'), 'utf8'),
    async stop(signal) {
      const code = await running.stop(signal);
      rmSync(directory, { recursive: true, force: true });
      return code;
    },
  };
}

function run(program: string, args: string[], port: number, env: Record<string, string>, place: Place = {}): Running {
  const child = spawn(program, args, { cwd: repository, env, stdio: ['ignore', 'pipe', 'pipe'], ...place });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal ?? 'gone');
    });
  });
  return {
    port,
    child,
    output: () => output,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

async function answers(running: Running, test: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (running.child.exitCode !== null) break;
    if (await test().catch(() => false)) return;
    await sleep(50);
  }
  await running.stop('SIGKILL');
  throw new Error(`${running.child.spawnargs.join(' ')} did not start:\n${running.output()}`);
}

async function accepts(port: number): Promise<boolean> {
  const socket = openSocket(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
