import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launch, startElementServer } from './browser.ts';
import type { ScriptedServer } from './scripted-server.ts';

export type Stage = { browser: Browser; server: ScriptedServer };

/**
 * One browser for the tests of a `describe`, and for each of them a server of its own, which `setUp` may tell what to
 * answer. After each test all pages are closed, and nothing may have been asked for that nobody scripted.
 *
 * @param flags of Chromium, beside those every test needs.
 */
export function onStage(setUp: (stage: Stage) => void | Promise<void>, flags: string[] = []): void {
  let browser: Browser | undefined;
  let server: ScriptedServer;
  beforeAll(async () => {
    browser = await launch(flags);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await startElementServer();
    await setUp({ browser: browser!, server });
  });
  afterEach(async () => {
    for (const context of browser!.contexts()) await context.close();
    await server.close();
    expect(server.unexpected).toEqual([]);
  });
}
