import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneBrowser } from '../../../tools/chromium.ts';
import { hasChromium, openChat, startElementServer } from './browser.ts';
import { answering, assistantMessage, delta, json, type ScriptedServer, stream } from './scripted-server.ts';

describe.skipIf(!hasChromium)('a long answer', () => {
  let browser: Browser;
  let server: ScriptedServer;
  beforeAll(async () => {
    browser = await oneBrowser();
    server = await startElementServer();
    server.on('threads.list', json({ data: [], has_more: false }));
  });
  afterAll(async () => {
    for (const context of browser.contexts()) await context.close();
    await server?.close();
  });

  it('keeps the end while a large piece is drawn in portions, lets go when the reader goes up, colours beside the page', async () => {
    const { page, seen } = await openChat(browser, server, { thread: { autoScroll: true } });
    const text = `\`\`\`ts\nconst one = 'two';\n\`\`\`\n\n${'Words that go on and on in this paragraph.\n\n'.repeat(600)}`;
    const more = Promise.withResolvers<void>();
    const final = `${text}The last words.`;
    server.once(
      'threads.create',
      stream([
        ...answering('go', '', { create: true, id: 'msg_long' }).slice(0, -1),
        delta('msg_long', text),
        () => more.promise,
        delta('msg_long', 'The last words.'),
        { type: 'thread.item.done', item: assistantMessage(final, 'msg_long') },
      ]),
    );
    await page.evaluate(() => {
      const chat = document.querySelector('openai-chatkit') as unknown as { sendUserMessage(message: object): void };
      chat.sendUserMessage({ text: 'go' });
    });
    await expect.poll(() => page.locator('.answer p').count()).toBe(600);
    const left = () =>
      page.evaluate(() => {
        const box = document.querySelector('openai-chatkit')!.shadowRoot!.querySelector('.scroller')!;
        return box.scrollHeight - box.clientHeight - box.scrollTop;
      });
    await expect.poll(left).toBeLessThan(2);
    await page.mouse.move(400, 300);
    await page.mouse.wheel(0, -400);
    await expect.poll(left).toBeGreaterThan(300);
    more.resolve();
    await page.getByText('The last words.').waitFor({ state: 'attached' });
    expect(await left()).toBeGreaterThan(300);
    await page.locator('.hljs-string').first().waitFor({ state: 'attached' });
    expect(page.workers()).toHaveLength(1);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
    await page.close();
  });
});
