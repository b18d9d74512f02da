import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow, told } from './browser.ts';
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

/** What the page around the element gives it, calls on it and hears from it. */
describe.skipIf(!hasChromium)('the page and the chat', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  // biome-ignore lint/suspicious/noExplicitAny: what came out of the page.
  const noted = (page: Page): Promise<any[]> => page.evaluate(() => (window as unknown as TestWindow).toolCalls);
  const opens = (...items: object[]) =>
    server.on('threads.get_by_id', json(thread('thr_1', { title: 'One', items: { data: items, has_more: false } })));

  it('several header actions stand in their order, are named, and one that throws harms nothing', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      const note = (name: string) => () => void w.toolCalls.push(name);
      w.chat.setOptions({
        api: { url: '/chatkit' },
        header: {
          leftAction: { icon: 'sidebar-left', onClick: note('side') },
          rightAction: [
            { icon: 'settings-cog', label: 'Settings', onClick: note('settings') },
            {
              icon: 'maximize',
              label: 'Full screen',
              onClick: () => {
                throw new Error('no room');
              },
            },
          ],
        },
      });
    });
    const names = await page.locator('[part=header-action]').evaluateAll((all) => all.map((each) => each.ariaLabel));
    expect(names).toEqual(['sidebar left', 'Settings', 'Full screen']);
    for (const name of names) await page.getByRole('button', { name: name! }).click();
    expect(await noted(page)).toEqual(['side', 'settings']);
    expect(await told(page)).toContainEqual(['error', { error: 'Error' }]);
  });

  it('an element that waits for its options says so once, and one that has them or was refused them does not', async () => {
    server.serve('/', 'text/html', '<openai-chatkit></openai-chatkit><script src="/chatkit.js"></script>');
    const opened = async (act: (chat: TestWindow['chat']) => void) => {
      const page = await browser.newPage();
      const words: string[] = [];
      page.on('console', (message) => words.push(message.text()));
      await page.clock.install();
      await page.goto(server.origin);
      await page.locator('openai-chatkit').evaluate(act);
      await page.clock.fastForward(10_000);
      return words.filter((each) => each.includes('setOptions() was not called'));
    };
    expect(await opened((chat) => chat.remove())).toEqual([]);
    expect(await opened((chat) => chat.setOptions({ api: { url: '/chatkit' } }))).toEqual([]);
    expect(await opened((chat) => chat.setOptions({}))).toEqual([]);
    // Moved about meanwhile, as frameworks do.
    expect(await opened((chat) => document.body.append(chat))).toEqual([expect.stringContaining('{ api: { url } }')]);
  });

  it('hosted mode before one’s own server: the secret is a bearer token, and renewed once after a 401', async () => {
    server.once('threads.create', (seen, response) => {
      const expired = seen.headers.authorization !== 'Bearer secret-2';
      return expired
        ? json({ error: { code: 'unauthorized', message: 'Expired.' } }, 401)(seen, response)
        : stream(answering('x', 'In.', { create: true }))(seen, response);
    });
    server.on('threads.create', stream(answering('x', 'In.', { create: true })));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      const getClientSecret = async (current: string | null) => `secret-${w.toolCalls.push(current)}`;
      w.chat.setOptions({ api: { url: '/chatkit', getClientSecret } });
    });
    await say(page, 'x');
    await page.getByText('In.', { exact: true }).waitFor();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret-1', 'Bearer secret-2']);
    expect(await noted(page)).toEqual([null, 'secret-1']);
  });

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

  it('options of the wrong kind never take the chat away, nor the page that gives them', async () => {
    const { page, seen } = await openChat(browser, server, {
      locale: 5,
      theme: null,
      startScreen: { prompts: [null, { label: 'Hello', prompt: 'Hello' }] },
      header: { leftAction: [null] },
      composer: { tools: [null], models: [null] },
      disclaimer: { text: 5 },
    });
    await page.getByRole('button', { name: 'Hello' }).waitFor();
    await page.evaluate(() => {
      const fontSources = [null, { family: 'Nowhere', src: 'http://[' }];
      const options = {
        api: { url: '/chatkit' },
        theme: { typography: { fontSources }, color: null },
        disclaimer: { text: 'Mind it.' },
      };
      (window as unknown as TestWindow).chat.setOptions(options);
    });
    await page.getByText('Mind it.').waitFor();
    expect(seen.errors).toEqual([]);
  });

  it('a prompt of the start screen is sent as a message is: with data in its tags, and using up the tool', async () => {
    server.on('threads.create', stream(answering('About Ann', 'Ann is well.', { create: true })));
    const { page } = await openChat(browser, server, {
      startScreen: {
        prompts: [
          { label: 'Nothing', prompt: '  ' },
          {
            label: 'Ann',
            prompt: [
              { type: 'input_text', text: ' About ' },
              { type: 'input_tag', id: 'a', text: 'Ann' },
            ],
          },
        ],
      },
      composer: { tools: [{ id: 'web', label: 'Web', icon: 'globe', pinned: true }] },
    });
    await page.getByRole('button', { name: 'Web' }).click();
    await page.getByRole('button', { name: 'Nothing' }).click();
    await page.getByRole('button', { name: 'Ann' }).click();
    await page.getByText('Ann is well.').waitFor();
    expect(server.requests.map(({ body }) => body.params.input)).toEqual([
      {
        content: [
          { type: 'input_text', text: 'About ' },
          { type: 'input_tag', id: 'a', text: 'Ann', data: {} },
        ],
        attachments: [],
        inference_options: { tool_choice: { id: 'web' } },
      },
    ]);
    expect((await told(page)).filter(([name]) => name === 'tool.change').at(-1)).toEqual([
      'tool.change',
      { toolId: null },
    ]);
  });

  it('a tool that is no longer offered is no longer chosen, and the page is told', async () => {
    const tools = [{ id: 'web', label: 'Web', icon: 'globe', pinned: true }];
    const { page } = await openChat(browser, server, { composer: { tools } });
    await page.getByRole('button', { name: 'Web' }).click();
    await page.evaluate(() => (window as unknown as TestWindow).chat.setOptions({ api: { url: '/chatkit' } }));
    expect((await told(page)).at(-1)).toEqual(['tool.change', { toolId: null }]);
    const value = await page.evaluate(() => (window as unknown as TestWindow).chat.getComposerValue());
    expect(value.selectedToolId).toBeNull();
  });

  it('a tool that is used up by sending is told; the log says what happened and not what was said', async () => {
    server.on('threads.create', stream(answering('Secret words', 'An answer', { create: true })));
    const { page } = await openChat(browser, server, {
      composer: { tools: [{ id: 'web', label: 'Web', icon: 'globe', pinned: true }] },
    });
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.addEventListener('chatkit.log', ({ detail }: CustomEvent) => w.toolCalls.push(detail));
    });
    await page.getByRole('button', { name: 'Web' }).click();
    await say(page, 'Secret words');
    await page.getByText('An answer', { exact: true }).waitFor();
    expect((await told(page)).filter(([name]) => name === 'tool.change').map(([, detail]) => detail)).toEqual([
      { toolId: 'web' },
      { toolId: null },
    ]);
    const log = await noted(page);
    expect(log.map(({ name }) => name)).toContain('composer.submit');
    expect(JSON.stringify(log)).not.toMatch(/Secret|An answer/);
  });

  it('retry asks for the message the answer belongs to, and drops what came after it', async () => {
    opens(
      userMessage('One?', 'u1'),
      assistantMessage('One.', 'a1'),
      userMessage('Two?', 'u2'),
      assistantMessage('Two.', 'a2'),
    );
    server.on(
      'threads.retry_after_item',
      stream([{ type: 'thread.item.done', item: assistantMessage('One again.', 'a3') }]),
    );
    const { page } = await openChat(browser, server, { initialThread: 'thr_1', threadItemActions: { retry: true } });
    await page.getByText('One.', { exact: true }).hover();
    await page.locator('[part=retry-button]').first().click();
    await page.getByText('One again.').waitFor();
    expect(server.requests.at(-1)!.body.params).toEqual({ thread_id: 'thr_1', item_id: 'u1' });
    expect(await page.getByRole('article').allInnerTexts()).toHaveLength(2);
    expect(await page.getByText('Two').count()).toBe(0);
  });

  it('feedback of an earlier turn names its own items, and is taken back when the server refuses it', async () => {
    opens(
      userMessage('One?', 'u1'),
      assistantMessage('One.', 'a1'),
      assistantMessage('More.', 'a1b'),
      userMessage('Two?', 'u2'),
      assistantMessage('Two.', 'a2'),
    );
    server.on('items.feedback', json({ error: { code: 'internal', message: 'No.' } }, 500));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1', threadItemActions: { feedback: true } });
    await page.getByText('More.', { exact: true }).hover();
    const bad = page.getByRole('button', { name: 'Bad answer' }).first();
    await bad.click();
    await expect
      .poll(() => server.requests.at(-1)!.body.params)
      .toEqual({ thread_id: 'thr_1', item_ids: ['a1', 'a1b'], kind: 'negative' });
    await expect.poll(() => bad.getAttribute('aria-pressed')).toBe('false');
  });

  it('an image grows from nothing over a progress to a picture', async () => {
    const gates = [0, 1, 2].map(() => {
      let open = () => {};
      const passed = new Promise<void>((resolve) => {
        open = resolve;
      });
      return { open, passed };
    });
    const image = (more: object) => ({
      id: 'img',
      type: 'generated_image',
      thread_id: 'thr_1',
      created_at: 'x',
      ...more,
    });
    server.serve('/i.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    server.on(
      'threads.create',
      stream([
        ...answering('x', '', { create: true }).slice(0, 3),
        { type: 'thread.item.added', item: image({}) },
        () => gates[0]!.passed,
        { type: 'thread.item.updated', item_id: 'img', update: { type: 'generated_image.updated', progress: 0.5 } },
        () => gates[1]!.passed,
        { type: 'thread.item.done', item: image({ image: { id: 'i', url: '/i.svg' } }) },
      ]),
    );
    const { page, seen } = await openChat(browser, server);
    await say(page, 'x');
    const progress = page.getByRole('progressbar', { name: 'Making the image' });
    await progress.waitFor();
    expect(await progress.getAttribute('value')).toBeNull();
    gates[0]!.open();
    await expect.poll(() => progress.getAttribute('value')).toBe('0.5');
    gates[1]!.open();
    const picture = page.getByRole('img', { name: 'Generated image' });
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(8);
    expect(await progress.count()).toBe(0);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('tags: previewed on focus, once; clicked; sources that are entities too', async () => {
    const tag = {
      type: 'input_tag',
      id: 'g',
      text: 'Gauge',
      interactive: true,
      group: 'G',
      data: { icon: 'maps', code: 'F7' },
    };
    const source = { type: 'entity', id: 'e', title: 'Entity', group: 'H', interactive: true, data: { n: 1 } };
    opens(
      { ...userMessage('', 'u'), content: [tag] },
      assistantMessage('Cited.', 'a', [{ type: 'annotation', index: 5, source }]),
    );
    const { page } = await openChat(browser, server);
    await page.evaluate(async () => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.setOptions({
        api: { url: '/chatkit' },
        entities: {
          onClick: (entity: object) => w.toolCalls.push(['click', entity]),
          onRequestPreview: async (entity: { id: string }) => {
            w.toolCalls.push(['preview', entity.id]);
            return { preview: { type: 'Basic', children: [{ type: 'Text', value: 'One metre twelve' }] } };
          },
        },
      });
      await w.chat.setThreadId('thr_1');
    });
    const button = page.getByRole('button', { name: '@Gauge' });
    await button.focus();
    await page.getByRole('region', { name: /Gauge/ }).getByText('One metre twelve').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('One metre twelve').waitFor({ state: 'hidden' });
    await button.hover();
    await page.getByText('One metre twelve').waitFor();
    await button.click();
    await page.getByText('1 source').click();
    await page.locator('details').getByRole('button', { name: 'Entity' }).click();
    const calls = await noted(page);
    expect(calls[0]).toEqual(['preview', 'g']);
    await page
      .getByRole('region', { name: /Entity/ })
      .getByText('One metre twelve')
      .waitFor();
    expect((await noted(page)).filter(([kind]) => kind === 'preview')).toEqual([
      ['preview', 'g'],
      ['preview', 'e'],
    ]);
    expect(calls.filter(([kind]) => kind === 'click').map(([, entity]) => entity)).toMatchObject([
      { id: 'g', title: 'Gauge', icon: 'maps', group: 'G', interactive: true },
      { id: 'e', title: 'Entity', group: 'H', interactive: true },
    ]);
  });

  it('custom properties and parts reach into the chat', async () => {
    opens(userMessage('Hello', 'u'), assistantMessage('Good day', 'a'));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Good day').waitFor();
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`
        openai-chatkit { --ck-accent: rgb(1, 2, 3); --ck-bg: rgb(250, 240, 230); }
        openai-chatkit::part(user-bubble) { background: rgb(4, 5, 6); }
        openai-chatkit::part(composer) { border-radius: 3px; }`);
      document.adoptedStyleSheets = [sheet];
    });
    await page.evaluate(() => (window as unknown as TestWindow).chat.setComposerValue({ text: 'x' }));
    const style = (selector: string, property: string) =>
      page.evaluate(
        ([selector, property]) => {
          const { chat } = window as unknown as TestWindow;
          const element = selector ? chat.shadowRoot.querySelector(selector) : chat;
          return getComputedStyle(element).getPropertyValue(property!);
        },
        [selector, property],
      );
    expect(await style('', 'background-color')).toBe('rgb(250, 240, 230)');
    expect(await style('.bubble', 'background-color')).toBe('rgb(4, 5, 6)');
    expect(await style('.composer', 'border-radius')).toBe('3px');
    await expect.poll(() => style('.send', 'background-color')).toBe('rgb(1, 2, 3)');
  });

  it('moved in the document while an answer streams, it goes on where it was; taken out, the answer is let go', async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const [first, ...rest] = answering('x', 'First half, and second half.', { create: true }).toSpliced(
      5,
      0,
      () => gate,
    );
    server.once('threads.create', stream([first!, ...rest]));
    const { page, seen } = await openChat(browser, server);
    await say(page, 'x');
    await page.getByText('First half').waitFor();
    await page.evaluate(() => {
      const { chat } = window as unknown as TestWindow;
      for (let turn = 0; turn < 3; turn++) {
        const box = document.createElement('div');
        document.body.append(box);
        box.append(chat);
      }
    });
    // Longer than the element waits to see whether it comes back.
    await page.waitForTimeout(120);
    go();
    await page.getByText('First half, and second half.').waitFor();
    expect(seen.errors).toEqual([]);
    let closed = false;
    server.on('threads.add_user_message', async (request, response) => {
      void request.closed.then(() => {
        closed = true;
      });
      await stream([...answering('y', 'Endless').slice(0, -1), () => request.closed])(request, response);
    });
    await say(page, 'y');
    await page.getByText('Endless').waitFor();
    await page.evaluate(() => (window as unknown as TestWindow).chat.remove());
    await expect.poll(() => closed).toBe(true);
  });
});
