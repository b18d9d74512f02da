import { glob, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '../../../tools/chromium.ts';
import { buildElement } from '../build.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

/** Whether this machine has a browser; without one these tests are skipped, which the runner says. */
export const hasChromium: boolean = chromiumPath !== undefined;

/** The strictest policy the element promises to run under. */
export const strictPolicy = "default-src 'self'";

let built: Promise<string> | undefined;

/** Builds the element once for all files of a worker, into a folder of its own. */
export function builtElement(): Promise<string> {
  built ??= mkdtemp(join(tmpdir(), 'chatkit-')).then((folder) => buildElement(join(folder, 'dist')));
  return built;
}

const types: Record<string, string> = { js: 'text/javascript', json: 'application/json', woff2: 'font/woff2' };

let files: Promise<Map<string, { type: string; body: Uint8Array }>> | undefined;

/** What a server of the element has, by its path: six megabytes, read once for all files of a worker. */
function elementFiles(): NonNullable<typeof files> {
  files ??= builtElement().then(async (folder) => {
    const read = new Map<string, { type: string; body: Uint8Array }>();
    for await (const file of glob('**/*.{js,json,woff2}', { cwd: folder })) {
      const type = types[file.split('.').pop()!] ?? 'text/plain';
      read.set(`/${file}`, { type, body: await readFile(join(folder, file)) });
    }
    return read;
  });
  return files;
}

/** A scripted server that also serves the element, as a real one does, under the strict policy. */
export async function startElementServer(): Promise<ScriptedServer> {
  const served = await elementFiles();
  return startScriptedServer({
    headers: { 'content-security-policy': strictPolicy },
    files: (path) => served.get(path),
  });
}

/** What a page did that it should not have done. */
export type Watch = { foreign: string[]; violations: string[]; errors: string[] };

export function watch(page: Page, origin: string): Watch {
  const seen: Watch = { foreign: [], violations: [], errors: [] };
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== 'data:' && url.protocol !== 'blob:') seen.foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) seen.violations.push(message.text());
    else if (message.type() === 'error') seen.errors.push(message.text());
  });
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  return seen;
}

/** A page with one chat that fills it. Options are set by the test. */
export const plainPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/page.css"></head>
<body><openai-chatkit id="chat"></openai-chatkit><script src="/chatkit.js"></script></body></html>`;

export const pageCss = 'html,body{margin:0;height:100%}openai-chatkit{height:100vh}';

// biome-ignore lint/suspicious/noExplicitAny: what tests put on the page's window.
export type TestWindow = Window & { chat: any; told: [string, any][]; toolCalls: any[] };

/** What the page has put into `toolCalls`. */
// biome-ignore lint/suspicious/noExplicitAny: what came out of the page.
export function noted(page: Page): Promise<any[]> {
  return page.evaluate(() => (window as unknown as TestWindow).toolCalls);
}

/** Opens a page with a chat and records its events in `told`. */
export async function openChat(
  browser: Browser | BrowserContext,
  server: ScriptedServer,
  options: object = {},
  context: { path?: string; viewport?: { width: number; height: number } } = {},
): Promise<{ page: Page; seen: Watch }> {
  server.serve('/', 'text/html', plainPage);
  server.serve('/page.css', 'text/css', pageCss);
  const page = await browser.newPage({ viewport: context.viewport ?? { width: 800, height: 700 }, locale: 'en-US' });
  await page.setViewportSize(context.viewport ?? { width: 800, height: 700 });
  const seen = watch(page, server.origin);
  await page.goto(`${server.origin}${context.path ?? '/'}`);
  await page.evaluate((given) => {
    const w = window as unknown as TestWindow;
    w.chat = document.querySelector('openai-chatkit');
    w.told = [];
    const names =
      'ready error effect deeplink response.start response.end history.open history.close thread.change thread.load.start thread.load.end tool.change';
    for (const name of names.split(' ')) {
      w.chat.addEventListener(`chatkit.${name}`, (event: CustomEvent) => {
        const detail = event.detail?.error ? { error: event.detail.error.name } : event.detail;
        w.told.push([name, detail ?? null]);
      });
    }
    w.chat.setOptions({ api: { url: '/chatkit', domainKey: 'local-dev' }, ...given });
  }, options);
  await page.waitForFunction(() => (window as unknown as TestWindow).told.some(([name]) => name === 'ready'));
  return { page, seen };
}

export const told = (page: Page): Promise<[string, unknown][]> =>
  page.evaluate(() => (window as unknown as TestWindow).told);

export async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}
