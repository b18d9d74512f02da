import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, noted, openChat, say, type TestWindow, told } from './browser.ts';
import {
  answering,
  assistantMessage,
  json,
  type ScriptedServer,
  stream,
  threadWith,
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

  const opens = (...items: object[]) => server.on('threads.get_by_id', threadWith(...items));

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
