import type { Browser, Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow } from './browser.ts';
import { answering, assistantMessage, json, type ScriptedServer, stream, thread } from './scripted-server.ts';
import { onStage } from './stage.ts';

/** What people do while they write that is no typing: choosing words, leaving, hurrying, pasting, holding a phone. */
describe.skipIf(!hasChromium)('writing', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
    server.on('threads.create', stream(answering('x', 'Yes.', { create: true })));
    server.on('threads.add_user_message', stream(answering('x', 'And yes.')));
    server.on('threads.list', json({ data: [thread('thr_1', { title: 'One' }), thread('thr_2', { title: 'Two' })] }));
    server.on('threads.get_by_id', (seen, response) => {
      const items = { data: [assistantMessage(`This is ${seen.body.params.thread_id}.`)], has_more: false };
      return json(thread(seen.body.params.thread_id, { items }))(seen, response);
    });
  });

  const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' });
  const written = (page: Page) => composer(page).textContent();
  const requests = (type: string) => server.requests.filter((request) => request.body?.type === type);
  const choose = async (page: Page, title: string) => {
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByRole('button', { name: title, exact: true }).click();
  };
  /** Safari ends a composition first, and tells the key that ended it second: with `isComposing` false and 229. */
  const endComposition = (field: Locator, key = 'Enter') =>
    field.evaluate((node, key) => {
      const common = { bubbles: true, composed: true, cancelable: true };
      node.dispatchEvent(new CompositionEvent('compositionstart', { ...common, data: '' }));
      node.dispatchEvent(new CompositionEvent('compositionend', { ...common, data: '東京' }));
      return node.dispatchEvent(new KeyboardEvent('keydown', { ...common, key, isComposing: false, keyCode: 229 }));
    }, key);

  it('the key that ends a composition ends nothing else: no message, no renaming, no search', async () => {
    server.on('threads.update', json(thread('thr_2', { title: '東京の' })));
    const { page } = await openChat(browser, server);
    await composer(page).fill('東京');
    expect(await endComposition(composer(page))).toBe(true);
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByRole('searchbox').fill('t');
    await endComposition(page.getByRole('searchbox'), 'Escape');
    await page.getByRole('button', { name: 'Actions for Two' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const field = page.getByRole('textbox', { name: 'Name of the conversation' });
    await field.fill('東京の');
    await endComposition(field);
    await endComposition(field, 'Escape');
    expect(await field.inputValue()).toBe('東京の');
    await field.press('Enter');
    await expect.poll(() => requests('threads.update').length).toBe(1);
    expect(requests('threads.create')).toEqual([]);
  });

  it('what is written belongs to its conversation, its files and its quote with it', async () => {
    server.on('POST /files', json({ id: 'atc_1', type: 'file', name: 'a.txt', mime_type: 'text/plain' }));
    const { page } = await openChat(browser, server, {
      initialThread: 'thr_1',
      api: { url: '/chatkit', uploadStrategy: { type: 'direct', uploadUrl: '/files' } },
      composer: { attachments: { enabled: true } },
    });
    await page.getByText('This is thr_1.').waitFor();
    await composer(page).fill('A long draft');
    await page.evaluate(() => {
      const files = [new File(['x'], 'a.txt', { type: 'text/plain' })];
      return (window as unknown as TestWindow).chat.setComposerValue({ files, reply: 'Said before' });
    });
    await page.getByRole('button', { name: 'New chat' }).click();
    expect([await written(page), await page.getByText('a.txt').count()]).toEqual(['', 0]);
    await composer(page).fill('Something else');
    await choose(page, 'Two');
    await page.getByText('This is thr_2.').waitFor();
    expect(await written(page)).toBe('');
    await choose(page, 'One');
    await page.getByText('This is thr_1.').waitFor();
    expect(await written(page)).toBe('A long draft');
    await page.getByText('Said before').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('And yes.').waitFor();
    expect(requests('threads.add_user_message')[0]!.body.params.input).toEqual({
      content: [{ type: 'input_text', text: 'A long draft' }],
      attachments: ['atc_1'],
      inference_options: {},
      quoted_text: 'Said before',
    });
    await page.getByRole('button', { name: 'New chat' }).click();
    expect(await written(page)).toBe('Something else');
    // It becomes the thread that the message makes; what is written meanwhile stays where it is.
    await composer(page).press('Enter');
    await composer(page).fill('Next');
    await page.getByText('Yes.', { exact: true }).waitFor();
    expect(await written(page)).toBe('Next');
  });

  it('what is written outlives its conversation', async () => {
    server.on('threads.delete', json({}));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('This is thr_1.').waitFor();
    await composer(page).fill('Half a thought');
    await page.getByRole('button', { name: 'Show history' }).click();
    await page.getByRole('button', { name: 'Actions for One' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('This is thr_1.').waitFor({ state: 'detached' });
    expect(await written(page)).toBe('Half a thought');
  });

  it('a message that the page sends into a new conversation leaves the words in the composer, and in one place', async () => {
    const { page } = await openChat(browser, server);
    await composer(page).fill('For later');
    await choose(page, 'Two');
    await page.getByText('This is thr_2.').waitFor();
    await composer(page).fill('Half a sentence');
    await page.evaluate(() => (window as unknown as TestWindow).chat.sendUserMessage({ text: 'Hi', newThread: true }));
    await page.getByText('Yes.', { exact: true }).waitFor();
    expect(await written(page)).toBe('Half a sentence');
    await choose(page, 'Two');
    await page.getByText('This is thr_2.').waitFor();
    expect(await written(page)).toBe('');
    await page.getByRole('button', { name: 'New chat' }).click();
    expect(await written(page)).toBe('For later');
  });

  it('a conversation that was chosen is ready to be written in', async () => {
    const { page } = await openChat(browser, server);
    await choose(page, 'Two');
    await page.getByText('This is thr_2.').waitFor();
    await page.keyboard.type('At once');
    expect(await written(page)).toBe('At once');
  });

  it('a message is sent once, however often Enter and Send are pressed, and its answer is not stopped', async () => {
    server.on('threads.create', (seen, response) =>
      stream(answering('x', 'Yes.', { create: true, wait: 150 }))(seen, response),
    );
    server.on('threads.add_user_message', (seen, response) =>
      stream([300, ...answering('x', 'And yes.')])(seen, response),
    );
    const { page } = await openChat(browser, server);
    await composer(page).fill('Only once');
    for (let n = 0; n < 4; n++) await composer(page).press('Enter');
    await page.getByText('Yes.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    expect([requests('threads.create').length, await page.locator('[part=user-message]').count()]).toEqual([1, 1]);

    await composer(page).fill('Clicked twice');
    const { x, y, width, height } = (await page.locator('[part=send-button]').boundingBox())!;
    await page.mouse.click(x + width / 2, y + height / 2, { clickCount: 2, delay: 20 });
    await page.getByText('And yes.').waitFor();
    expect(requests('threads.add_user_message').length).toBe(1);

    // A key that is held on the button neither sends twice nor stops.
    await composer(page).fill('Held');
    await page.locator('[part=send-button]:enabled').focus();
    for (let n = 0; n < 4; n++) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await expect.poll(() => page.getByText('And yes.').count()).toBe(2);
    expect(requests('threads.add_user_message').length).toBe(2);
  });

  it('Stop stops: a click on it that is no part of a double click', async () => {
    server.on('threads.create', stream([{ type: 'thread.created', thread: thread('thr_1') }, 60_000]));
    const { page } = await openChat(browser, server);
    await composer(page).fill('Long');
    await page.getByRole('button', { name: 'Send message' }).click();
    // This is timed: until 600 ms after Send, a click there counts as the rest of a double click.
    await page.waitForTimeout(700);
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
  });

  it('20 000 lines and a thousand empty ones are pasted, written on behind and sent, every character of them', async () => {
    const { page } = await openChat(browser, server);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
    const lines = Array.from({ length: 20_000 }, (_, n) => `  const value${n} = compute(${n}, 'x');`).join('\n');
    for (const text of [lines, `${'\n'.repeat(1000)}end`]) {
      await page.getByRole('textbox', { name: 'Message' }).focus();
      await page.evaluate((text) => navigator.clipboard.writeText(text), text);
      await page.keyboard.press('Control+V');
      await page.keyboard.type('abc');
      await page.keyboard.press('Enter');
      await expect.poll(() => requests('threads.create').length, { timeout: 30_000 }).toBe(1);
      const [{ text: sent }] = requests('threads.create')[0]!.body.params.input.content;
      expect(sent).toBe(`${text}abc`.trim());
      await page.getByText('Yes.', { exact: true }).waitFor();
      server.requests.length = 0;
      await page.getByRole('button', { name: 'New chat' }).click();
    }
  }, 60_000);

  it('on a phone with its keyboard up, box and Send are on the screen, in letters that iOS does not zoom into', async () => {
    const { page } = await openChat(browser, server, {}, { viewport: { width: 390, height: 420 } });
    await say(page, 'Hello');
    await page.getByText('Yes.', { exact: true }).waitFor();
    await composer(page).fill('word '.repeat(400));
    for (const box of [composer(page), page.getByRole('button', { name: 'Send message' })]) {
      const { y, height } = (await box.boundingBox())!;
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + height).toBeLessThanOrEqual(420);
    }
    const letters = await composer(page).evaluate((node) => getComputedStyle(node).fontSize);
    expect(Number.parseFloat(letters)).toBeGreaterThanOrEqual(16);
    expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  });

  it('a touch finds rows high enough, and chooses a conversation without bringing up the keyboard', async () => {
    const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });
    // `openChat` opens pages of a browser; a context does that as well, but takes no options.
    const { page } = await openChat({ newPage: () => context.newPage() } as unknown as Browser, server);
    await page.getByRole('button', { name: 'Show history' }).tap();
    await page.locator('[part=history] [aria-haspopup=menu]').first().tap();
    // A finger needs more room than a pointer.
    expect((await page.getByRole('menuitem').first().boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Two', exact: true }).tap();
    await page.getByText('This is thr_2.').waitFor();
    expect(await composer(page).evaluate((node) => (node.getRootNode() as ShadowRoot).activeElement === node)).toBe(
      false,
    );
  });
});
