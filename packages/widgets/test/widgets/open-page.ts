import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { oneBrowser } from '../../../../tools/chromium.ts';
import { bundleOptions } from '../../build.ts';
import { buildLucideShards } from '../../src/icons/build-shards.ts';

export type OpenPage = {
  page: Page;
  /** Addresses asked for that are not the test's own page. */
  foreign: string[];
  /** What the page printed, threw, or had refused by its policy. */
  complaints: string[];
  close(): Promise<void>;
};

/** Bundles the test page and opens it in Chromium, under a policy that allows neither inline styles nor evaluated code. */
export async function openPage(): Promise<OpenPage> {
  const bundle = await build({
    ...bundleOptions,
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    write: false,
    format: 'iife',
  });
  const script = bundle.outputFiles[0]!.text;
  const icons = await mkdtemp(join(tmpdir(), 'icons-'));
  await buildLucideShards(icons);
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/chatkit/lucide/')) {
      const file = await readFile(join(icons, basename(request.url))).catch(() => undefined);
      response.writeHead(file ? 200 : 404, { 'content-type': 'application/json' }).end(file);
      return;
    }
    if (request.url === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
      return;
    }
    response
      .writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'self'; img-src 'self' data: https:",
      })
      .end('<!doctype html><html lang="en"><title>Widgets</title><body><script src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const browser = await oneBrowser();
  const context = await browser.newContext({ viewport: { width: 900, height: 800 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  const foreign: string[] = [];
  const complaints: string[] = [];
  await context.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(origin)) return route.continue();
    foreign.push(url);
    return route.abort();
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(origin);
  return {
    page,
    foreign,
    complaints,
    async close() {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(icons, { recursive: true, force: true });
    },
  };
}
