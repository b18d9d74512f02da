// Builds the test page and the lazy chunks, serves them on this machine and opens them in Chromium.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { oneBrowser } from '../../../../tools/chromium.ts';
import { bundleOptions } from '../../build.ts';
import { chunkEntries } from '../../src/markdown/chunks/entries.ts';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
async function bundle(file: string, plugins: Plugin[] = []): Promise<string> {
  const result = await build({
    ...bundleOptions,
    entryPoints: [file],
    write: false,
    format: 'esm',
    plugins: [...bundleOptions.plugins, ...plugins],
  });
  return result.outputFiles[0]!.text;
}

export const strictPolicy = "default-src 'self'";

export type MarkdownLab = {
  /** A fresh page, with the strict Content-Security-Policy or without any. Every request and error is written down. */
  open(policy: boolean): Promise<{ page: Page; requests: string[]; errors: string[] }>;
  close(): Promise<void>;
};

export async function startLab(): Promise<MarkdownLab> {
  const files = new Map<string, string>([['/page.js', await bundle(join(here, 'page.ts'))]]);
  const chunks = new Map<string, Promise<string>>();
  const chunk = (name: string) => {
    const entry = chunkEntries.find((candidate) => candidate.name === name);
    if (!entry) return undefined;
    if (!chunks.has(name))
      chunks.set(name, bundle(join(here, '../../src/markdown/chunks', entry.source), entry.plugins));
    return chunks.get(name);
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname;
    if (path.startsWith('/strict') || path === '/open') {
      if (path === '/strict') response.setHeader('content-security-policy', strictPolicy);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        '<!doctype html><meta charset="utf-8"><title>Markdown</title><script type="module" src="/page.js"></script>',
      );
      return;
    }
    if (path.startsWith('/chunks/katex-fonts/')) {
      const folder = dirname(require.resolve('katex/dist/katex.css'));
      response.setHeader('content-type', 'font/woff2');
      response.end(await readFile(join(folder, 'fonts', basename(path))));
      return;
    }
    const text = path.startsWith('/chunks/') ? await chunk(basename(path, '.js')) : files.get(path);
    response.statusCode = text === undefined ? 404 : 200;
    response.setHeader('content-type', 'text/javascript; charset=utf-8');
    response.end(text ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  const contexts: BrowserContext[] = [];
  return {
    async open(policy) {
      const context = await (await oneBrowser()).newContext({ viewport: { width: 800, height: 900 } });
      contexts.push(context);
      const page = await context.newPage();
      const requests: string[] = [];
      const errors: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(origin)) requests.push(request.url());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('dialog', (dialog) => {
        errors.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(`${origin}/${policy ? 'strict' : 'open'}`);
      await page.waitForFunction(() => 'page' in globalThis);
      return { page, requests, errors };
    },
    async close() {
      for (const context of contexts) await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
