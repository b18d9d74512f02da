import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow, told } from './browser.ts';
import {
  answering,
  assistantMessage,
  delta,
  frame,
  json,
  type ScriptedServer,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('a conversation on a plain page under the strictest policy', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  it('the first message makes a thread, the next ones go to it, and nothing leaves the origin', async () => {
    server.on('threads.create', stream(answering('Hello', 'Good **day** to you.', { create: true })));
    server.on('threads.add_user_message', stream(answering('More', 'And a `second` answer.')));
    const { page, seen } = await openChat(browser, server, { locale: 'fr', composer: { placeholder: 'Ask' } });
    await page.getByRole('textbox').click();
    await page.keyboard.type('Hello');
    await page.keyboard.press('Enter');
    await page.getByText('Good day to you.').waitFor();
    expect(await page.locator('strong').textContent()).toBe('day');
    await page.waitForFunction(() => (window as unknown as TestWindow).told.some(([name]) => name === 'response.end'));
    await page.keyboard.type('More');
    await page.keyboard.press('Enter');
    await page.locator('code', { hasText: 'second' }).waitFor();
    await page.waitForFunction(
      () => (window as unknown as TestWindow).told.filter(([name]) => name === 'response.end').length === 2,
    );
    const [first, second] = server.requests;
    expect(first!.body).toEqual({
      type: 'threads.create',
      params: { input: { content: [{ type: 'input_text', text: 'Hello' }], attachments: [], inference_options: {} } },
    });
    expect(second!.body.params.thread_id).toBe('thr_1');
    expect(first!.headers['accept-language']).toBe('fr-FR');
    expect(first!.headers['causerie-resume']).toBeUndefined();
    expect((await told(page)).map(([name]) => name)).toEqual([
      'ready',
      'response.start',
      'thread.change',
      'response.end',
      'response.start',
      'response.end',
    ]);
    expect(await page.getByRole('article').count()).toBe(4);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('bytes cut anywhere, unknown events and items, and orders nobody expects', async () => {
    const whole = Buffer.from(
      [
        { type: 'thread.created', thread: thread('thr_1') },
        { type: 'something.new', deeply: { nested: true } },
        delta('msg_unseen', 'lost'),
        { type: 'thread.item.done', item: userMessage('x') },
        { type: 'thread.item.done', item: { id: 'h', type: 'hidden_context_item', content: 'SECRET' } },
        { type: 'thread.item.done', item: { id: 'n', type: 'hologram', beam: 1 } },
        { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
        delta('a', 'Drôle '),
        delta('a', 'de 日本語 '),
        delta('a', '👩‍👩‍👧 fin.'),
        {
          type: 'thread.item.updated',
          item_id: 'a',
          update: { type: 'assistant_message.from_the_future', content_index: 0 },
        },
        { type: 'thread.item.removed', item_id: 'never' },
      ]
        .map((event) => frame(event))
        .join('')
        .concat(': comment\n\ndata: not json\n\ndata: [DONE]\n\n'),
    );
    const bites = Array.from(
      { length: Math.ceil(whole.length / 7) },
      (_, i) => new Uint8Array(whole.subarray(i * 7, i * 7 + 7)),
    );
    server.on('threads.create', stream(bites.flatMap((bite, i) => (i % 40 ? [bite] : [bite, 2]))));
    const { page, seen } = await openChat(browser, server);
    await say(page, 'x');
    await page.getByText('Drôle de 日本語 👩‍👩‍👧 fin.').waitFor();
    await page.getByRole('button', { name: 'Copy' }).last().waitFor();
    expect(await page.getByText('SECRET').count()).toBe(0);
    expect(seen.errors).toEqual([]);
  });

  it('a stream that breaks keeps what was said, says so, and can be tried again', async () => {
    server.once(
      'threads.create',
      stream(
        [
          { type: 'thread.created', thread: thread('thr_1') },
          { type: 'thread.item.done', item: userMessage('x', 'msg_u') },
          { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
          delta('a', 'Half an ans'),
          // What has not been read when a line is cut is lost with it.
          () => page.getByText('Half an ans').waitFor(),
        ],
        { breaks: true },
      ),
    );
    server.once(
      'threads.retry_after_item',
      stream(
        answering('x', 'A whole answer.').filter(
          (step) => !('item' in (step as object) && (step as { item: { type: string } }).item.type === 'user_message'),
        ),
      ),
    );
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await page.getByRole('alert').getByText('The answer broke off').waitFor();
    await page.getByText('Half an ans').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await page.getByText('A whole answer.').waitFor();
    expect(await page.getByText('Half an ans').count()).toBe(0);
    expect(server.requests.at(-1)!.body.params).toEqual({ thread_id: 'thr_1', item_id: 'msg_u' });
    expect((await told(page)).filter(([name]) => name === 'error')).toEqual([['error', { error: 'ApiError' }]]);
  });

  it('a message that is refused stays, says so, and is sent again', async () => {
    server.once('threads.create', json({ error: { code: 'unavailable', message: 'Down.' } }, 503));
    server.once('threads.create', stream(answering('Please', 'Here.', { create: true })));
    const { page } = await openChat(browser, server);
    await say(page, 'Please');
    await page.getByText('Not sent.').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Here.').waitFor();
    expect(await page.getByText('Please', { exact: true }).count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('a second answer refused with 409 gives the words back to the composer', async () => {
    server.once('threads.create', json({ error: { code: 'run_in_progress', message: 'Busy.' } }, 409));
    const { page } = await openChat(browser, server);
    await say(page, 'Too soon');
    await page.getByText('An answer is still running').waitFor();
    expect(await page.getByRole('textbox').textContent()).toBe('Too soon');
    expect(await page.getByRole('article').count()).toBe(0);
  });

  it('Stop ends the answer here and closes the stream of an ordinary server', async () => {
    let closed = false;
    server.on('threads.create', async (seen, response) => {
      void seen.closed.then(() => {
        closed = true;
      });
      await stream([...answering('x', 'A long story begins', { create: true }).slice(0, -1), () => seen.closed])(
        seen,
        response,
      );
    });
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await page.getByText('A long story begins').waitFor();
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    await expect.poll(() => closed).toBe(true);
    expect(await page.getByText('A long story begins').count()).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect((await told(page)).at(-1)).toEqual(['response.end', null]);
  });

  it('Stop is not offered where the server does not allow it', async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    server.on(
      'threads.create',
      stream([
        { type: 'thread.created', thread: thread('thr_1') },
        { type: 'stream_options', stream_options: { allow_cancel: false } },
        () => gate,
      ]),
    );
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await expect.poll(() => page.getByRole('button', { name: 'Stop answering' }).count()).toBe(0);
    go();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
  });

  it('a client tool answers, and what it throws reaches the assistant', async () => {
    const call = (id: string, name: string) => ({
      type: 'thread.item.done',
      item: {
        id,
        thread_id: 'thr_1',
        created_at: 'x',
        type: 'client_tool_call',
        status: 'pending',
        call_id: id,
        name,
        arguments: { city: 'Paris' },
      },
    });
    server.on('threads.create', stream([...answering('x', 'Looking.', { create: true }), call('c1', 'weather')]));
    server.once('threads.add_client_tool_output', stream([call('c2', 'broken')]));
    server.once(
      'threads.add_client_tool_output',
      stream([{ type: 'thread.item.done', item: assistantMessage('18 degrees.', 'b') }]),
    );
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.setOptions({
        api: { url: '/chatkit' },
        onClientTool: (tool: { name: string }) => {
          w.toolCalls.push(tool);
          if (tool.name === 'broken') throw new Error('no such station');
          return { celsius: 18 };
        },
      });
    });
    await say(page, 'x');
    await page.getByText('18 degrees.').waitFor();
    expect(await page.evaluate(() => (window as unknown as TestWindow).toolCalls)).toEqual([
      { name: 'weather', params: { city: 'Paris' } },
      { name: 'broken', params: { city: 'Paris' } },
    ]);
    expect(server.requests.slice(1).map((request) => request.body.params)).toEqual([
      { thread_id: 'thr_1', result: { celsius: 18 } },
      { thread_id: 'thr_1', result: { error: 'no such station' } },
    ]);
    const names = (await told(page)).map(([name]) => name);
    expect(names.filter((name) => name.startsWith('response'))).toEqual(['response.start', 'response.end']);
  });

  it('every side event: effects, notices, progress, deeplinks, errors with and without retry', async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    server.on(
      'threads.create',
      stream([
        { type: 'thread.created', thread: thread('thr_1') },
        { type: 'thread.item.done', item: userMessage('x') },
        { type: 'progress_update', text: 'Reading the map', icon: 'maps' },
        () => gate,
        { type: 'client_effect', name: 'highlight', data: { id: 3 } },
        { type: 'notice', level: 'warning', title: 'Mind', message: 'the **gap**' },
        { type: 'thread.updated', thread: thread('thr_1', { title: 'A named thread' }) },
        {
          type: 'thread.item.done',
          item: assistantMessage('[Open it](chatkit-link://order/view?id=7) [no](javascript:alert(1))', 'a'),
        },
        { type: 'error', code: 'custom', message: 'Only so far.', allow_retry: false },
      ]),
    );
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await page.getByText('Reading the map').waitFor();
    go();
    await page.getByText('Only so far.').waitFor();
    expect(await page.getByText('Reading the map').count()).toBe(0);
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('A named thread');
    expect(await page.getByRole('status').getByText('gap').count()).toBe(1);
    expect(await page.getByRole('alert').getByRole('button').count()).toBe(0);
    await page.getByRole('link', { name: 'Open it' }).click();
    const seen = await told(page);
    expect(seen).toContainEqual(['effect', { name: 'highlight', data: { id: 3 } }]);
    expect(seen).toContainEqual(['deeplink', { name: 'order/view', data: { id: '7' } }]);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByText('gap').count()).toBe(0);
  });

  it('methods reject while busy, with the names the official widget gives, and never throw', async () => {
    server.on('threads.create', async (seen, response) =>
      stream([...answering('x', 'So', { create: true }), () => seen.closed])(seen, response),
    );
    const { page } = await openChat(browser, server);
    const refused = (code: string) =>
      page.evaluate(
        (body) =>
          (new Function('chat', `return ${body}`) as (chat: unknown) => Promise<void>)(
            (window as unknown as TestWindow).chat,
          ).then(
            () => 'done',
            (error: Error) => `${error.name}: ${error.message}`,
          ),
        code,
      );
    expect(await refused('chat.sendCustomAction({type:"x"})')).toBe(
      'IntegrationError: ChatKit: sendAction() ignored - no active thread.',
    );
    void page.evaluate(() => (window as unknown as TestWindow).chat.sendUserMessage({ text: 'x' }));
    await page.getByText('So', { exact: true }).waitFor();
    expect(await refused('chat.sendUserMessage({text:"y"})')).toBe(
      'IntegrationError: ChatKit: sendUserMessage() ignored - already responding',
    );
    expect(await refused('chat.sendCustomAction({type:"x"})')).toBe(
      'IntegrationError: ChatKit: sendAction() ignored - already responding',
    );
    expect(await refused('chat.setThreadId("thr_2")')).toContain('already responding');
    expect(await refused('chat.stop()')).toBe('done');
    await page.getByRole('button', { name: 'Send message' }).waitFor();
  });

  it('local messages, the composer’s value and a removed and returned element', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(async () => {
      const { chat } = window as unknown as TestWindow;
      await chat.addLocalMessage({ role: 'user', text: 'Spoken words' });
      const id = await chat.addLocalMessage({ role: 'assistant', text: 'Heard' });
      await chat.addLocalMessage({ role: 'assistant', text: 'Heard **all**', id });
      await chat.setComposerValue({ text: 'Draft', reply: 'Quoted' });
      const parent = chat.parentNode;
      chat.remove();
      parent.append(chat);
    });
    await page.locator('strong', { hasText: 'all' }).waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    expect(await page.evaluate(() => (window as unknown as TestWindow).chat.getComposerValue())).toEqual({
      text: 'Draft',
      content: [{ type: 'input_text', text: 'Draft' }],
      reply: 'Quoted',
      attachments: [],
      selectedToolId: null,
      selectedModelId: null,
    });
  });

  it('a change of theme or labels loads nothing again; another address does', async () => {
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { items: { data: [assistantMessage('Here.')], has_more: false } })),
    );
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Here.').waitFor();
    await page.evaluate(() => {
      const { chat } = window as unknown as TestWindow;
      for (const theme of ['dark', 'light', { colorScheme: 'dark', radius: 'sharp' }]) {
        chat.setOptions({
          api: { url: '/chatkit' },
          initialThread: 'thr_other',
          theme,
          header: { title: { text: 'Renamed' } },
        });
      }
    });
    await page.getByRole('heading', { name: 'Renamed' }).waitFor();
    expect(await page.locator('openai-chatkit').evaluate((chat) => getComputedStyle(chat).colorScheme)).toBe('dark');
    expect(server.requests.map((request) => request.body.type)).toEqual(['threads.get_by_id']);
    await page.evaluate(() => (window as unknown as TestWindow).chat.setOptions({ api: { url: '/chatkit?v=2' } }));
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
  });

  it('options that cannot work are told, shown and survived', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(() => (window as unknown as TestWindow).chat.setOptions({ api: { domainKey: 'x' } }));
    await page.getByText('api.url').waitFor();
    expect(await told(page)).toContainEqual(['error', { error: 'InvalidFrameParamsError' }]);
    await page.evaluate(() => (window as unknown as TestWindow).chat.setOptions({ api: { url: '/chatkit' } }));
    await expect.poll(() => page.getByText('api.url').count()).toBe(0);
  });
});
