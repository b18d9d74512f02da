import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { oneBrowser } from '../../../tools/chromium.ts';
import { startElementServer } from './browser.ts';
import type { ScriptedServer } from './scripted-server.ts';

export type Stage = { browser: Browser; server: ScriptedServer };

/**
 * The browser of the worker for the tests of a `describe`, and for each of them a server of its own, which `setUp` may tell
 * what to answer. After each test all pages are closed, and nothing may have been asked for that nobody scripted.
 */
export function onStage(setUp: (stage: Stage) => void | Promise<void>): void {
  let browser: Browser;
  let server: ScriptedServer;
  beforeAll(async () => {
    browser = await oneBrowser();
  });
  beforeEach(async () => {
    server = await startElementServer();
    await setUp({ browser: browser, server });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await server.close();
    expect(server.unexpected).toEqual([]);
  });
}
