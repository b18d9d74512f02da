import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, type TestWindow, told } from './browser.ts';
import {
  answering,
  assistantMessage,
  json,
  type ScriptedServer,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('the threads of a chat', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  it('history: list, search over unloaded pages, open, rename, delete by name', async () => {
    const list = [
      thread('thr_a', { title: 'Apples' }),
      thread('thr_b', { title: 'Bread', created_at: '2020-01-01T00:00:00' }),
    ];
    server.on('threads.list', (seen, response) => {
      const page = seen.body.params.after
        ? { data: [thread('thr_c', { title: 'Cherries', created_at: '2019-01-01T00:00:00' })], has_more: false }
        : { data: list, has_more: true, after: 'thr_b' };
      return json(page)(seen, response);
    });
    server.on(
      'threads.get_by_id',
      json(
        thread('thr_c', {
          title: 'Cherries',
          items: { data: [userMessage('red?'), assistantMessage('Dark red.')], has_more: false },
        }),
      ),
    );
    server.on('threads.update', json(thread('thr_c', { title: 'Cherry' })));
    server.on('threads.delete', json({}));
    const { page } = await openChat(browser, server);
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByRole('button', { name: 'Bread', exact: true }).waitFor();
    await page.getByRole('searchbox').fill('cherr');
    await page.getByRole('button', { name: 'Cherries', exact: true }).click();
    await page.getByText('Dark red.').waitFor();
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByRole('searchbox').fill('cherr');
    await page.getByRole('button', { name: 'Actions for Cherries' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.keyboard.type('Cherry');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Actions for Cherry' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('alertdialog', { name: 'Delete “Cherry”?' }).getByRole('button', { name: 'Delete' }).click();
    await expect
      .poll(() => server.requests.at(-1)!.body)
      .toEqual({ type: 'threads.delete', params: { thread_id: 'thr_c' } });
    await page.getByRole('alertdialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
    expect((await told(page)).filter(([name]) => /thread|history/.test(name))).toEqual([
      ['history.open', null],
      ['history.close', null],
      ['thread.change', { threadId: 'thr_c' }],
      ['thread.load.start', { threadId: 'thr_c' }],
      ['thread.load.end', { threadId: 'thr_c' }],
      ['history.open', null],
      ['thread.change', { threadId: null }],
      ['history.close', null],
    ]);
  });

  it('a long thread opens at its end, and earlier pages join without moving what is read', async () => {
    const all = Array.from({ length: 400 }, (_, i) =>
      i % 2 ? assistantMessage(`Answer ${i}. ${'Words. '.repeat(30)}`, `i${i}`) : userMessage(`Question ${i}`, `i${i}`),
    );
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { items: { data: all.slice(0, 20), has_more: true, after: 'i19' } })),
    );
    server.on('items.list', (seen, response) => {
      const { after, limit } = seen.body.params;
      const end = after ? all.findIndex((item) => item.id === after) : all.length;
      const data = all.slice(Math.max(0, end - limit), end).reverse();
      return json({ data, has_more: end - limit > 0, after: data.at(-1)?.id })(seen, response);
    });
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Answer 399.').waitFor();
    const scroller = page.locator('.scroller');
    const atEnd = () => scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    await expect.poll(atEnd).toBeLessThan(2);
    for (let turn = 0; turn < 200 && (await page.getByText('Question 0', { exact: true }).count()) === 0; turn++) {
      const before = await scroller.evaluate((box) => {
        box.scrollTop = Math.max(0, box.scrollTop - 600);
        const seen = [...box.querySelectorAll('.block')].find((block) => block.getBoundingClientRect().bottom > 100)!;
        return { key: (seen as HTMLElement).dataset.key, top: seen.getBoundingClientRect().top };
      });
      await page.waitForTimeout(60);
      const moved = await scroller.evaluate((box, { key, top }) => {
        const block = box.querySelector(`[data-key="${key}"]`);
        return block ? Math.abs(block.getBoundingClientRect().top - top) : Number.NaN;
      }, before);
      expect(moved).toBeLessThan(4);
    }
    expect(await page.getByText('Question 0', { exact: true }).count()).toBe(1);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await expect.poll(atEnd).toBeLessThan(2);
  });

  it('a thread that is not there says so and offers a way on', async () => {
    server.on('threads.get_by_id', json({ error: { code: 'not_found', message: 'x' } }, 404));
    const { page } = await openChat(browser, server, { initialThread: 'thr_gone' });
    await page.getByText('This conversation does not exist, or is not yours.').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
  });

  it('a message of the page to a thread that could not be read is shown, and its answer', async () => {
    server.on('threads.get_by_id', json({ error: { code: 'internal', message: 'x' } }, 500));
    server.on('threads.add_user_message', stream(answering('Are you there?', 'I am.')));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
    await page.evaluate(() => (window as unknown as TestWindow).chat.sendUserMessage({ text: 'Are you there?' }));
    await page.getByText('I am.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});
