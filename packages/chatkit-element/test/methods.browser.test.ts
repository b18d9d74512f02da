import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, type TestWindow, told } from './browser.ts';
import {
  answering,
  assistantMessage,
  type ScriptedServer,
  stream,
  threadWith,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

/** The methods that the page calls on the element. */
describe.skipIf(!hasChromium)('the methods of the element', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const opens = (...items: object[]) => server.on('threads.get_by_id', threadWith(...items));

  it('setThreadId opens, fetchUpdates brings what came meanwhile in place, and both are told', async () => {
    opens(userMessage('Old?', 'u'), assistantMessage('Old.', 'a'));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => (window as unknown as TestWindow).chat.setThreadId('thr_1'));
    await page.getByText('Old.', { exact: true }).waitFor();
    await page.evaluate(() => {
      const root = (window as unknown as TestWindow).chat.shadowRoot!;
      root.querySelector('article.user').dataset.mark = 'same';
    });
    opens(userMessage('Old?', 'u'), assistantMessage('Changed.', 'a'), assistantMessage('New.', 'b'));
    await page.evaluate(() => (window as unknown as TestWindow).chat.fetchUpdates());
    await page.getByText('Changed.').waitFor();
    await page.getByText('New.').waitFor();
    expect(await page.getByText('Old.', { exact: true }).count()).toBe(0);
    expect(await page.locator('article.user').getAttribute('data-mark')).toBe('same');
    await page.evaluate(() => (window as unknown as TestWindow).chat.setThreadId(null));
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
    expect((await told(page)).slice(1)).toEqual([
      ['thread.change', { threadId: 'thr_1' }],
      ['thread.load.start', { threadId: 'thr_1' }],
      ['thread.load.end', { threadId: 'thr_1' }],
      ['thread.change', { threadId: null }],
    ]);
  });

  it('sendCustomAction and sendUserMessage carry all that they are given', async () => {
    opens();
    server.on('threads.custom_action', stream([{ type: 'thread.item.done', item: assistantMessage('Acted.') }]));
    server.on('threads.add_user_message', stream(answering('x', 'Heard.')));
    server.on('threads.create', stream(answering('y', 'Fresh.', { create: true })));
    const { page } = await openChat(browser, server, {
      initialThread: 'thr_1',
      composer: { tools: [{ id: 'kept', label: 'Kept', icon: 'lab' }], models: [{ id: 'm', label: 'M' }] },
    });
    await expect.poll(async () => (await told(page)).at(-1)![0]).toBe('thread.load.end');
    await page.evaluate(async () => {
      const { chat } = window as unknown as TestWindow;
      await chat.setComposerValue({ text: 'Draft', selectedToolId: 'kept' });
      await chat.sendCustomAction({ type: 'go', payload: { n: 1 } }, 'w1');
      await chat.sendUserMessage({
        content: [
          { type: 'input_text', text: ' To ' },
          { type: 'input_tag', id: 't', text: 'Ann', data: {} },
        ],
        reply: 'Quoted',
        attachments: [{ type: 'file', id: 'f', name: 'a.txt', mime_type: 'text/plain' }],
        toolChoice: { id: 'other' },
        model: 'big',
      });
      await chat.sendUserMessage({ text: 'y', newThread: true });
    });
    const [, action, message, fresh] = server.requests.map(({ body }) => body);
    expect(action.params).toEqual({ thread_id: 'thr_1', item_id: 'w1', action: { type: 'go', payload: { n: 1 } } });
    expect(message.params).toEqual({
      thread_id: 'thr_1',
      input: {
        content: [
          { type: 'input_text', text: 'To ' },
          { type: 'input_tag', id: 't', text: 'Ann', data: {} },
        ],
        attachments: ['f'],
        quoted_text: 'Quoted',
        inference_options: { tool_choice: { id: 'other' }, model: 'big' },
      },
    });
    expect(fresh.type).toBe('threads.create');
    // What the person was writing is left alone.
    const value = await page.evaluate(() => (window as unknown as TestWindow).chat.getComposerValue());
    expect([value.text, value.selectedToolId]).toEqual(['Draft', 'kept']);
  });

  it('setComposerValue fills everything, getComposerValue gives it back, focusComposer puts the caret there', async () => {
    const { page } = await openChat(browser, server, {
      composer: {
        tools: [{ id: 'web', label: 'Web', icon: 'globe' }],
        models: [
          { id: 'a', label: 'A' },
          { id: 'b', label: 'B' },
        ],
        attachments: { enabled: true },
      },
    });
    const value = {
      content: [
        { type: 'input_text', text: 'Ask ' },
        { type: 'input_tag', id: 't', text: 'Ann', data: { icon: 'user' } },
      ],
      reply: 'Quoted',
      attachments: [{ type: 'file', id: 'f', name: 'a.txt', mime_type: 'text/plain' }],
      selectedToolId: 'web',
      selectedModelId: 'b',
    };
    await page.evaluate((given) => (window as unknown as TestWindow).chat.setComposerValue(given), value);
    expect(await page.evaluate(() => (window as unknown as TestWindow).chat.getComposerValue())).toEqual({
      ...value,
      text: 'Ask @Ann',
    });
    await page.evaluate(() => (window as unknown as TestWindow).chat.focusComposer());
    await page.keyboard.type(' now');
    expect(
      (await page.evaluate(() => (window as unknown as TestWindow).chat.getComposerValue())).content.at(-1),
    ).toEqual({ type: 'input_text', text: ' now' });
    await page.evaluate(() =>
      (window as unknown as TestWindow).chat.setComposerValue({
        text: '',
        reply: '',
        attachments: [],
        selectedToolId: null,
      }),
    );
    const empty = await page.evaluate(() => (window as unknown as TestWindow).chat.getComposerValue());
    expect(empty).toMatchObject({ text: '', reply: null, attachments: [], selectedToolId: null });
    expect((await told(page)).filter(([name]) => name === 'tool.change')).toEqual([
      ['tool.change', { toolId: 'web' }],
      ['tool.change', { toolId: null }],
    ]);
  });

  it('a method that is given nothing to do rejects with a word about it, and asks the server for nothing', async () => {
    const { page } = await openChat(browser, server);
    const answers = await page.evaluate(() => {
      const { chat } = window as unknown as TestWindow;
      const calls = [
        chat.sendUserMessage(),
        chat.sendUserMessage({ text: 5 }),
        chat.sendCustomAction(),
        chat.sendCustomAction('go'),
      ];
      return Promise.all(calls.map((call) => call.then(String, (error: Error) => `${error.name} ${error.message}`)));
    });
    expect(answers).toEqual([
      expect.stringMatching(/^IntegrationError .*needs text/),
      expect.stringMatching(/^IntegrationError .*needs text/),
      expect.stringMatching(/^IntegrationError .*needs an action/),
      expect.stringMatching(/^IntegrationError .*needs an action/),
    ]);
    expect(server.requests).toEqual([]);
  });
});
