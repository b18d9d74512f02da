import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow, told } from './browser.ts';
import { answering, assistantMessage, json, type ScriptedServer, stream, thread } from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('several tabs, and many turns', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  it('a thread made, renamed or deleted in one tab is so in the other, which asks the server itself', async () => {
    let threads = [thread('thr_old', { title: 'Old one' })];
    server.on('threads.list', (seen, response) => json({ data: threads, has_more: false })(seen, response));
    server.on(
      'threads.get_by_id',
      json(thread('thr_old', { title: 'Old one', items: { data: [assistantMessage('Old words.')], has_more: false } })),
    );
    server.on('threads.update', (seen, response) => {
      threads = threads.map((each) =>
        each.id === seen.body.params.thread_id ? { ...each, title: seen.body.params.title } : each,
      );
      return json({})(seen, response);
    });
    server.on('threads.delete', (seen, response) => {
      threads = threads.filter(({ id }) => id !== seen.body.params.thread_id);
      return json({})(seen, response);
    });
    server.on('threads.create', (seen, response) => {
      threads = [thread('thr_1', { title: 'New one' }), ...threads];
      return stream([
        { type: 'thread.created', thread: thread('thr_1', { title: 'New one' }) },
        ...answering('x', 'Made.'),
      ])(seen, response);
    });
    const context = await browser.newContext({ locale: 'en-US' });
    const [one, other] = [(await openChat(context, server)).page, (await openChat(context, server)).page];
    const row = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
    await other.evaluate(() => (window as unknown as TestWindow).chat.setThreadId('thr_old'));
    await other.getByText('Old words.').waitFor();
    await other.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
    await row(other, 'Old one').waitFor();

    await say(one, 'x');
    await row(other, 'New one').waitFor();
    await one.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
    await one.getByRole('button', { name: 'Actions for Old one' }).click();
    await one.getByRole('menuitem', { name: 'Rename' }).click();
    await one.keyboard.type('Renamed');
    await one.keyboard.press('Enter');
    await row(other, 'Renamed').waitFor();
    await one.getByRole('button', { name: 'Actions for Renamed' }).click();
    await one.getByRole('menuitem', { name: 'Delete' }).click();
    await one.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await row(other, 'Renamed').waitFor({ state: 'hidden' });
    // What it showed is gone with it.
    await expect.poll(async () => (await told(other)).at(-1)).toEqual(['thread.change', { threadId: null }]);
    expect(await other.getByText('Old words.').count()).toBe(0);
  });

  it('memory stays flat over two hundred turns', async () => {
    const answer = `Words **bold** and \`code\`. ${'More of them. '.repeat(20)}`;
    server.on('threads.create', stream(answering('x', answer, { create: true })));
    server.on('threads.add_user_message', stream(answering('x', answer)));
    const { page } = await openChat(browser, server);
    const devtools = await page.context().newCDPSession(page);
    const turns = (count: number) =>
      page.evaluate(async (count) => {
        for (let turn = 0; turn < count; turn++)
          await (window as unknown as TestWindow).chat.sendUserMessage({ text: 'x' });
        // Nothing of this is the element's.
        (window as unknown as TestWindow).told.length = 0;
      }, count);
    const measure = async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
      return { usedSize, nodes, jsEventListeners };
    };
    await turns(40);
    const early = await measure();
    await turns(200);
    const late = await measure();
    const kept = 200 * (answer.length + 2000);
    // What was said is kept, and a little about each message; what was drawn of it is not.
    expect(late.usedSize - early.usedSize).toBeLessThan(kept + 3_000_000);
    expect(late.nodes).toBeLessThan(early.nodes * 1.5 + 500);
    expect(late.jsEventListeners).toBeLessThan(early.jsEventListeners * 1.5 + 50);
  }, 120_000);
});
