import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../deploy/testing/processes.ts';
import { chromiumPath, oneBrowser } from './chromium.ts';
import { freePort } from './free-port.ts';
import { installedNodes } from './older-nodes.ts';

// The published packages as a user gets them: packed, installed in an empty folder, their READMEs compiled and run.
// The installation is offline: the dependencies are packed from this checkout's node_modules.

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const scratch = mkdtempSync(path.join(tmpdir(), 'causerie-packages-'));
const house = path.join(scratch, 'house');
const stranger = path.join(scratch, 'stranger');
const names = ['api', 'chatkit', 'chatkit-element', 'client', 'widgets'];
const programs = path.join(stranger, 'programs');

const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill();
  rmSync(scratch, { recursive: true, force: true });
});

/** `npm pack` in a copy, as it makes `dist` anew, and the tests beside this one read the one that is there. */
async function pack(folder: string, options: string[] = []): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', scratch, ...options], { cwd: folder });
  return path.join(scratch, stdout.trim().split('\n').at(-1)!);
}

beforeAll(async () => {
  for (const file of ['package.json', 'tsconfig.base.json', 'LICENSE', 'tools/build-package.ts', 'tools/step.ts'])
    cpSync(path.join(root, file), path.join(house, file));
  for (const name of names)
    cpSync(path.join(root, 'packages', name), path.join(house, 'packages', name), {
      recursive: true,
      filter: (source) => !/\/(node_modules|dist|test\/screenshots)$/.test(source),
    });
  symlinkSync(path.join(root, 'node_modules'), path.join(house, 'node_modules'));

  const tarballs: string[] = [];
  for (const name of names) tarballs.push(await pack(path.join(house, 'packages', name)));
  for (const name of ['zod', '@huggingface/jinja', '@openai/chatkit', 'preact'])
    tarballs.push(await pack(path.join(root, 'node_modules', name), ['--ignore-scripts']));
  mkdirSync(programs, { recursive: true });
  writeFileSync(path.join(stranger, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], {
    cwd: stranger,
  });
}, 240_000);

/** The code blocks of a README: whole modules, each with its file name in the first line. */
function programsOf(name: string): { file: string; text: string }[] {
  const readme = readFileSync(path.join(stranger, 'node_modules/@causerie', name, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text]) => {
    const file = /^\/\/ (\S+\.ts)\n/.exec(text!)?.[1];
    if (!file) throw new Error(`a block of the README of ${name} does not say its file:\n${text}`);
    return { file: `${name}/${file}`, text: text! };
  });
}

it('each package contains its build with types, and no test or bundled library', () => {
  for (const name of names) {
    const folder = path.join(stranger, 'node_modules/@causerie', name);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files, name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist', 'package.json']));
    expect(files.filter((file) => /\.test\.|fixture|test-double/.test(file))).toEqual([]);
    const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    for (const door of Object.values<string | Record<string, string>>(exports)) {
      for (const target of typeof door === 'string' ? [door] : Object.values(door))
        expect(
          files.some((file) => path.matchesGlob(file, path.normalize(target))),
          `${name}: ${target}`,
        ).toBe(true);
    }
  }
  // All that installing the five brings. @openai/agents is a peer that one may leave out.
  const installed = readdirSync(path.join(stranger, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed.sort()).toEqual(['@causerie', '@huggingface', '@openai', 'preact', 'zod']);
  expect(readdirSync(path.join(stranger, 'node_modules/@openai'))).toEqual(['chatkit']);
});

it('the READMEs compile, as strictly as TypeScript can', async () => {
  const linked = ['@openai/agents', '@types/node'];
  for (const name of linked) {
    mkdirSync(path.dirname(path.join(stranger, 'node_modules', name)), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), path.join(stranger, 'node_modules', name));
  }
  for (const { file, text } of names.flatMap(programsOf)) {
    mkdirSync(path.dirname(path.join(programs, file)), { recursive: true });
    writeFileSync(path.join(programs, file), text);
  }
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    verbatimModuleSyntax: true,
    rootDir: 'programs',
    outDir: 'built',
    // Of our own declarations everything is checked; those of the peer and of Node are not ours.
    skipLibCheck: true,
  };
  writeFileSync(path.join(stranger, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['programs'] }));
  expect(await compile(['-p', 'tsconfig.json'])).toEqual([]);
  // Without skipLibCheck, so that a declaration of ours that does not hold is found. Others' faults are theirs.
  const doors = [
    'api',
    'api/audit-actions',
    'api/error-codes',
    'chatkit',
    'chatkit/mount',
    'chatkit/replay',
    'chatkit/testing',
    'client',
    'chatkit-element',
    'widgets',
    ...['chart', 'controls', 'icons', 'markdown', 'messages', 'theme', 'tokens'].map((name) => `widgets/${name}`),
  ];
  const imports = doors.map((door) => `import type {} from '@causerie/${door}';`).join('\n');
  writeFileSync(path.join(stranger, 'doors.ts'), imports);
  const strictest = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--types', 'node', '--lib', 'es2023,dom'];
  const faults = await compile(['--ignoreConfig', '--module', 'nodenext', ...strictest, 'doors.ts']);
  expect(faults.filter((line) => /^(doors|node_modules\/@causerie)/.test(line))).toEqual([]);
  for (const name of linked) rmSync(path.join(stranger, 'node_modules', name));
}, 60_000);

it('each README says how to compile its program, and links only to packed files', async () => {
  const commands = names.map((name) => {
    const folder = path.join(stranger, 'node_modules/@causerie', name);
    const readme = readFileSync(path.join(folder, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) => to!);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files, name).toEqual(expect.arrayContaining(links.map((to) => path.normalize(to))));
    expect(readme).toContain(`npm install @causerie/${name} `);
    const [, flags, file] = /^npx tsc (.*) (\S+\.ts) && node \S+\.js/m.exec(readme)!;
    return { flags: flags!, file: path.join('programs', name, file!) };
  });
  expect(new Set(commands.map(({ flags }) => flags)).size).toBe(1);
  symlinkSync(path.join(root, 'node_modules/@types/node'), path.join(stranger, 'node_modules/@types/node'));
  try {
    const files = commands.map(({ file }) => file);
    expect(await compile(['--ignoreConfig', '--noEmit', ...commands[0]!.flags.split(' '), ...files])).toEqual([]);
  } finally {
    rmSync(path.join(stranger, 'node_modules/@types/node'));
  }
}, 60_000);

/** @returns what the compiler says, a line a fault. */
async function compile(args: string[]): Promise<string[]> {
  const compiler = run(path.join(root, 'node_modules/.bin/tsc'), args, { cwd: stranger });
  const { stdout } = await compiler.catch((error: { stdout: string }) => error);
  return stdout.split('\n').filter(Boolean);
}

const built = (file: string) => path.join(stranger, 'built', file.replace(/\.ts$/, '.js'));

/** Runs a program of a README to its end. @returns what it printed. */
async function program(binary: string, file: string, env: Record<string, string> = {}): Promise<string> {
  const options = { cwd: stranger, env: { PATH: process.env.PATH, ...env } };
  return (await run(binary, [built(file)], options)).stdout;
}

it('@causerie/client adds no schema to a page', async () => {
  const contents = "import { createClient } from '@causerie/client'; console.log(createClient);";
  const stdin = { contents, resolveDir: stranger };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false, minify: true });
  expect(outputFiles[0]!.text).not.toContain('ZodError');
  expect(outputFiles[0]!.contents.byteLength).toBeLessThan(10_000);
});

it('a bundler for browsers resolves the imports of a page', async () => {
  const contents = `import '@causerie/chatkit-element'; import { createClient } from '@causerie/client';
    import { applyEvent } from '@causerie/chatkit/replay'; import { WidgetTemplate } from '@causerie/chatkit';
    console.log(createClient, applyEvent, WidgetTemplate);`;
  const stdin = { contents, resolveDir: stranger };
  const { warnings, outputFiles } = await build({
    stdin,
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
  expect(outputFiles[0]!.text).toContain('openai-chatkit');
});

describe.each(installedNodes())('on Node $major', ({ binary }) => {
  /** Starts a program that serves, and waits for the address it prints. */
  async function serve(file: string, env: Record<string, string> = {}): Promise<string> {
    const port = String(await freePort());
    const child = spawn(binary, [built(file)], { cwd: stranger, env: { PATH: process.env.PATH, PORT: port, ...env } });
    children.push(child);
    let output = '';
    const collect = (part: Buffer) => {
      output += part;
    };
    child.stderr.on('data', collect);
    child.stdout.on('data', collect);
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => {
        if (output.includes('http:')) resolve();
      });
      child.once('exit', () => reject(new Error(output)));
    });
    return port;
  }

  it('@causerie/api: the program of its README tells of the routes', async () => {
    const output = await program(binary, 'api/print-routes.ts');
    expect(output).toContain('account.changePassword POST /api/account/password Change the password\n');
    expect(output).toMatch(/\n\{ email: 'ada@example.com', name: 'Ada', role: 'user' \}\ntrue\n$/);
  });

  it('@causerie/chatkit: the server answers the asking program, and each other program says what it should', async () => {
    const port = await serve('chatkit/server.ts');
    expect(await program(binary, 'chatkit/ask.ts', { PORT: port })).toBe('You said: hello\n');
    const widgets = await program(binary, 'chatkit/widgets.ts');
    expect(widgets).toContain('"onClickAction":{"type":"accept","payload":{"day":"Friday"}}');
    expect(widgets).toMatch(/\nFriday\nCard\n$/);
    expect(await program(binary, 'chatkit/own-store.test.ts')).toMatch(/fail 0/);
  });

  it('@causerie/chatkit-element is served from where it was installed, and talks to the server of @causerie/chatkit', async () => {
    const chatkit = await serve('chatkit/server.ts');
    const port = await serve('chatkit-element/serve.ts', { CHATKIT_URL: `http://localhost:${chatkit}/` });
    for (const file of ['chatkit.js', 'chatkit/widgets.js', 'chatkit/locales/fr-FR.js', 'chatkit/inter.woff2']) {
      const response = await fetch(`http://localhost:${port}/${file}`);
      expect(response.status, file).toBe(200);
      expect((await response.arrayBuffer()).byteLength, file).toBeGreaterThan(1000);
    }
    if (chromiumPath === undefined) return;
    const page = await (await oneBrowser()).newPage();
    try {
      await page.goto(`http://localhost:${port}/`);
      await page.getByRole('textbox').fill('hello');
      await page.keyboard.press('Enter');
      await page.getByText('You said: hello').waitFor();
      expect((await page.locator('openai-chatkit').boundingBox())!.height).toBe(page.viewportSize()!.height);
    } finally {
      await page.close();
    }
  });

  it('@causerie/widgets draws Markdown and widgets on a plain page, without the element', async () => {
    const port = await serve('widgets/serve.ts');
    for (const [file, type] of Object.entries({
      'widgets.js': 'text/javascript',
      'parts/lucide/z.json': 'application/json',
    }))
      expect((await fetch(`http://localhost:${port}/widgets/${file}`)).headers.get('content-type')).toBe(type);
    if (chromiumPath === undefined) return;
    const page = await (await oneBrowser()).newPage();
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    try {
      await page.goto(`http://localhost:${port}/`);
      await page.getByRole('heading', { name: 'Ready' }).waitFor();
      await page.locator('.hljs-keyword', { hasText: 'const' }).waitFor();
      await page.locator('.katex').first().waitFor();
      await page.locator('.ck-chart svg').waitFor();
      await page.getByRole('button', { name: 'Ship it' }).click();
      await page.getByText('ship {"to":"production"}').waitFor();
      // The theme and the looks hold in the page itself.
      const corner = await page.locator('.ck-card').evaluate((element) => getComputedStyle(element).borderRadius);
      expect(corner).toBe('18px');
      expect(wrong.filter((line) => !line.includes('favicon'))).toEqual([]);
    } finally {
      await page.close();
    }
  });
});

it('@causerie/client signs up at a real server, on every Node', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'causerie-packages-data-'));
  const server = await startServer({ DATA_DIR: data });
  try {
    for (const { binary, major } of installedNodes()) {
      const output = await program(binary, 'client/sign-up.ts', { CAUSERIE_URL: `http://127.0.0.1:${server.port}` });
      expect(output, `Node ${major}`).toBe('Hello, Ada\nRefused: credentials_wrong\n');
    }
  } finally {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  }
}, 60_000);
