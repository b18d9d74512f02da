import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, plainPage, say, type TestWindow, told } from './browser.ts';
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

/** What OpenAI's sample front ends and starter app rely on. */
describe.skipIf(!hasChromium)('front ends that nobody here wrote', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const opens = (...items: object[]) => server.on('threads.get_by_id', threadWith(...items));

  it('the starter app: the secret is asked for before anything is sent, and no address is needed', async () => {
    server.on('threads.create', stream(answering('Hi', 'Hello.', { create: true })));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      const chat = document.createElement('openai-chatkit') as unknown as typeof w.chat;
      w.toolCalls = [];
      const getClientSecret = async (current: string | null) => `secret-${w.toolCalls.push(current)}`;
      chat.setOptions({ api: { getClientSecret } });
      w.chat.replaceWith(chat);
      w.chat = chat;
    });
    await expect.poll(() => page.evaluate(() => (window as unknown as TestWindow).toolCalls)).toEqual([null]);
    expect(server.requests).toEqual([]);
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/chatkit', 'Bearer secret-1'],
    ]);
  });

  it('the secret of one server is not told to another', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.setOptions({ api: { url: '/chatkit', getClientSecret: async () => 'first' } });
    });
    server.on('threads.create', stream(answering('Hi', 'Hello.', { create: true })));
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    await page.evaluate(() =>
      (window as unknown as TestWindow).chat.setOptions({
        api: { url: '/other', getClientSecret: async () => 'second' },
      }),
    );
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/chatkit', 'Bearer first'],
      ['/other', 'Bearer second'],
    ]);
  });

  it('a page that has no secret to give is told at once, and asked again when it matters', async () => {
    server.on('threads.create', stream(answering('Hi', 'Hello.', { create: true })));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      let tries = 0;
      w.chat.setOptions({
        api: {
          url: '/chatkit',
          getClientSecret: async () => {
            if (!tries++) throw new Error('Set the workflow.');
            return 'later';
          },
        },
      });
    });
    await expect.poll(() => told(page)).toContainEqual(['error', { error: 'Error' }]);
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    expect(server.requests.at(-1)!.headers.authorization).toBe('Bearer later');
  });

  it('the menu of the header can be left out', async () => {
    opens(userMessage('Hello', 'u'), assistantMessage('Good day', 'a'));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByRole('button', { name: 'More', exact: true }).waitFor();
    await page.evaluate(() =>
      (window as unknown as TestWindow).chat.setOptions({
        api: { url: '/chatkit' },
        header: { menu: { enabled: false } },
      }),
    );
    await page.getByRole('button', { name: 'More', exact: true }).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'New chat' }).count()).toBe(1);
  });

  it('why a file was refused is said until the next act', async () => {
    const { page } = await openChat(browser, server, {
      composer: { attachments: { enabled: true, accept: { 'image/png': ['.png'] } } },
    });
    const refused = page.getByText('notes.txt is of a type that is not accepted here.');
    const pick = (name: string, mimeType: string) =>
      page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer: Buffer.from('x') });
    await pick('notes.txt', 'text/plain');
    await refused.waitFor();
    await page.getByRole('textbox', { name: 'Message' }).click();
    await page.keyboard.type('a');
    await refused.waitFor({ state: 'detached' });
    await pick('notes.txt', 'text/plain');
    await refused.waitFor();
    server.on('attachments.create', json({ id: 'f', type: 'image', name: 'a.png', mime_type: 'image/png' }));
    await pick('a.png', 'image/png');
    await refused.waitFor({ state: 'detached' });
  });

  it('a conversation that is gone offers a new one; what was said in it goes there', async () => {
    server.on('threads.get_by_id', json({ error: { code: 'not_found', message: 'Not found.' } }, 404));
    const { page } = await openChat(browser, server, { initialThread: 'thr_gone' });
    const alert = page.getByRole('alert');
    await alert.getByRole('button', { name: 'New chat' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    opens(userMessage('Hello', 'u'), assistantMessage('Good day', 'a'));
    await page.evaluate(() => (window as unknown as TestWindow).chat.setThreadId('thr_1'));
    await page.getByText('Good day').waitFor();
    server.on('threads.add_user_message', json({ error: { code: 'not_found', message: 'Not found.' } }, 404));
    await say(page, 'Are you there?');
    await alert.getByRole('button', { name: 'New chat' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await alert.getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).textContent()).toBe('Are you there?');
    server.on('threads.create', stream(answering('Are you there?', 'I am.', { create: true })));
    await page.keyboard.press('Enter');
    await page.getByText('I am.', { exact: true }).waitFor();
  });

  it('what was not sent offers "Try again" once', async () => {
    const { page } = await openChat(browser, server);
    server.on('threads.create', (_, response) => void response.destroy());
    await say(page, 'Hello');
    await page.getByText('Not sent.').waitFor();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true })));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Good day').waitFor();
  });

  it('the parts come from the folder that is named, where another has the address beside the script', async () => {
    opens(userMessage('Hello', 'u'), assistantMessage('```js\nlet a = 1;\n```\n', 'a'));
    server.serve('/named', 'text/html', plainPage.replace('<script ', '<script data-parts="/house/parts" '));
    const context = await browser.newContext({ locale: 'fr-FR' });
    const asked: string[] = [];
    await context.route('**/chatkit/**', (route) => route.abort());
    await context.route('**/house/parts/**', (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      return route.continue({ url: server.origin + pathname.replace('/house/parts/', '/chatkit/') });
    });
    const { page } = await openChat(context, server, { initialThread: 'thr_1', locale: 'fr-FR' }, { path: '/named' });
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await page.locator('.hljs-keyword').first().waitFor();
    expect(asked).toEqual(
      expect.arrayContaining([
        '/house/parts/locales/fr-FR.js',
        '/house/parts/highlight.js',
        '/house/parts/inter.woff2',
      ]),
    );
  });
});
