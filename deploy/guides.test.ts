import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../apps/server/src/config.ts';
import { call, say, signUp, threadIn } from './testing/caller.ts';
import { makeCertificate, nginxBinary, repository, startServer } from './testing/processes.ts';

// What the guides tell people to type is typed here.

const guide = (name: string) => readFileSync(join(repository, 'docs', name), 'utf8');

/** The commands of a page, each with what the page says it prints. */
function examples(page: string): { commands: string; prints: string | undefined }[] {
  return [...page.matchAll(/```sh\n([\s\S]*?)```\n(?:```text\n([\s\S]*?)```)?/g)].map(([, commands, prints]) => ({
    commands: commands!,
    prints,
  }));
}

/** `…` stands for anything. */
const pattern = (text: string) =>
  new RegExp(
    text
      .trim()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\n/g, '[\\s\\S]*?\\n'))
      .join('[\\s\\S]*?'),
  );

/** The commands that docs/running.md gives under this name. */
const running = (name: string) => new RegExp(`\`\`\`sh ${name}\\n([\\s\\S]*?)\`\`\``).exec(guide('running.md'))![1]!;

const hasCurl = !spawnSync('curl', ['--version']).error;

it.skipIf(!hasCurl)(
  'docs/api.md: every example prints what the page says',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causerie-api-'));
    const server = await startServer({ DATA_DIR: join(folder, 'data') });
    const blocks = examples(guide('api.md'));
    expect(blocks.length).toBeGreaterThan(8);
    // One shell from top to bottom, as a reader has it; a line of our own between the outputs.
    const script = blocks
      .map(
        ({ commands }) =>
          `${commands.replace('http://localhost:8000', `http://127.0.0.1:${server.port}`)}\necho; echo '=== end'`,
      )
      .join('\n');
    // `--norc`: a bash whose input is a socket takes itself for a remote shell and reads the machine's bashrc.
    const ran = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    const outputs = ran.stdout.split('=== end\n');
    for (const [at, { prints }] of blocks.entries()) if (prints) expect(outputs[at]).toMatch(pattern(prints));
    expect(await server.stop()).toBe(0);
    rmSync(folder, { recursive: true });
  },
  60_000,
);

it('docs/running.md: what was backed up is there again after everything was lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causerie-backup-'));
  const data = join(folder, 'data');
  const home = join(folder, 'home');
  mkdirSync(home);
  const step = (name: string, env: Record<string, string>) => {
    execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', running(name)], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: home, ...env },
      stdio: 'pipe',
    });
  };
  const first = await startServer({ DATA_DIR: data });
  const person = await signUp(first, 'ann');
  const answer = await (await call(first, '/api/chatkit', { body: say('Keep this'), headers: person })).whole;
  const thread = threadIn(answer);
  expect(await first.stop()).toBe(0);
  // Where nothing says otherwise, the data are in ./data.
  step('backup', {});
  // It holds the secret: nothing of it is in the checkout, to be committed, nor for others of the machine to read.
  expect(readdirSync(folder).sort()).toEqual(['data', 'home']);
  const [backup] = readdirSync(home);
  expect(statSync(join(home, backup!)).mode & 0o777).toBe(0o600);

  rmSync(data, { recursive: true });
  const empty = await startServer({ DATA_DIR: data });
  expect((await call(empty, '/api/v1/auth/me', { headers: person })).status).toBe(401);
  expect(await empty.stop()).toBe(0);
  rmSync(data, { recursive: true });

  step('restore', { DATA_DIR: data });
  const again = await startServer({ DATA_DIR: data });
  // The token from before still counts: the key that signs is in the backup too.
  const items = await call(again, '/api/chatkit', {
    body: { type: 'items.list', params: { thread_id: thread } },
    headers: person,
  });
  expect(items.status).toBe(200);
  expect(await items.whole).toContain('Keep this');
  expect(await again.stop()).toBe(0);
  rmSync(folder, { recursive: true });
}, 90_000);

describe.skipIf(!nginxBinary)('docs/running.md: nginx', () => {
  it.each(['causerie.conf', 'causerie-split.conf', 'causerie-dev.conf'])(
    'starts with what is copied, and %s',
    (site) => {
      // A machine below `folder`: its /etc as Debian has it, with the site that it brings, and the checkout.
      const folder = mkdtempSync(join(tmpdir(), 'causerie-guide-'));
      const at = (path: string) => join(folder, path);
      const certificate = 'etc/letsencrypt/live/chat.example.com';
      for (const path of ['conf.d', 'sites-available', 'sites-enabled'].map((name) => `etc/nginx/${name}`))
        mkdirSync(at(path), { recursive: true });
      for (const path of ['var/log/nginx', 'deploy/nginx', certificate]) mkdirSync(at(path), { recursive: true });
      writeFileSync(at('etc/nginx/sites-enabled/default'), 'server { listen 127.0.0.1:8443 default_server; }\n');
      makeCertificate(at(certificate));
      // `nginx -t` opens what it would listen to, which an ordinary user may not below 1024.
      const placed = (text: string) =>
        text
          .replaceAll(/(?<=\s)\/(?=(etc|var)\/)/g, `${folder}/`)
          .replaceAll(/listen 443\b/g, 'listen 127.0.0.1:8443')
          .replaceAll(/listen 80\b/g, 'listen 127.0.0.1:8080');
      for (const name of readdirSync(join(repository, 'deploy/nginx')))
        writeFileSync(at(`deploy/nginx/${name}`), placed(readFileSync(join(repository, 'deploy/nginx', name), 'utf8')));
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${at(kind)};`,
      );
      writeFileSync(
        at('etc/nginx/nginx.conf'),
        `pid ${at('pid')};\nevents {}\nhttp {\n${temporary.join('\n')}\ninclude conf.d/*.conf;\ninclude sites-enabled/*;\n}\n`,
      );

      const commands = running('nginx');
      const check = 'nginx -t && systemctl reload nginx';
      expect(commands).toContain(check);
      const script = placed(commands)
        .replace(check, `${nginxBinary} -t -e ${at('error.log')} -c ${at('etc/nginx/nginx.conf')}`)
        .replace('deploy/nginx/causerie.conf', `deploy/nginx/${site}`);
      const ran = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: folder, encoding: 'utf8' });
      expect(ran.stderr).toContain('test is successful');
      expect(ran.status).toBe(0);
      rmSync(folder, { recursive: true });
    },
  );
});

describe('every guide', () => {
  const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md'].concat(
    readdirSync(join(repository, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  );

  it.each(pages)('%s names settings that exist', (page) => {
    const text = readFileSync(join(repository, page), 'utf8');
    // Every setting can be read from a file, which the setting with _FILE names.
    const settings = new Set(describeSettings().flatMap(({ name }) => [name, `${name}_FILE`]));
    // The last two are the OpenAI client's own.
    for (const [, name] of text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g))
      if (!/^(NAME_FILE|VITE_|EADDRINUSE|ERR_|OPENAI_ORG_ID|OPENAI_PROJECT_ID)/.test(name!))
        expect(settings, name).toContain(name);
  });
});
