import type { Browser, CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, type TestWindow } from './browser.ts';
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

describe.skipIf(!hasChromium)('the composer', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
    server.on('threads.create', stream(answering('x', 'Yes.', { create: true })));
  });

  const input = async (page: Page) => page.getByRole('textbox', { name: 'Message' });
  const sent = () => server.requests.find((request) => request.body?.type === 'threads.create')?.body.params.input;

  it('an input method composes without loss, and Enter while it does sends nothing', async () => {
    const { page } = await openChat(browser, server);
    await (await input(page)).click();
    const devtools: CDPSession = await page.context().newCDPSession(page);
    for (const text of ['に', 'にほ', 'にほん', '日本']) {
      await devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
    }
    // What input methods send for Enter while they compose: key code 229.
    await devtools.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      windowsVirtualKeyCode: 229,
      key: 'Process',
      code: 'Enter',
    });
    await page.evaluate(() => {
      const editor = document.querySelector('openai-chatkit')!.shadowRoot!.querySelector('.editor')!;
      editor.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }),
      );
    });
    expect(sent()).toBeUndefined();
    await devtools.send('Input.insertText', { text: '日本' });
    await page.keyboard.type('語 ok');
    expect(await (await input(page)).textContent()).toBe('日本語 ok');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await page.getByText('Yes.').waitFor();
    expect(sent().content).toEqual([{ type: 'input_text', text: '日本語 ok\ntwo' }]);
  });

  it('mentions: searched, chosen by keyboard, kept in order, removable, and sent as tags', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      (window as unknown as TestWindow).chat.setOptions({
        api: { url: '/chatkit' },
        entities: {
          onTagSearch: async (query: string) =>
            [
              { id: '1', title: 'Ann Lee', group: 'People', icon: 'user', data: { mail: 'a@b.example' } },
              { id: '2', title: 'Anchor', group: 'Things', interactive: true },
            ].filter((entity) => entity.title.toLowerCase().includes(query.toLowerCase())),
        },
      });
    });
    await (await input(page)).click();
    await page.keyboard.type('Ask @an');
    const list = page.getByRole('listbox');
    await list.getByRole('option', { name: 'Anchor' }).waitFor();
    expect(await list.getByText('People').count()).toBe(1);
    await page.keyboard.press('ArrowDown');
    expect(await list.getByRole('option', { selected: true }).textContent()).toBe('Anchor');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await list.waitFor({ state: 'hidden' });
    await page.keyboard.type('about @anch');
    await list.getByRole('option', { name: 'Anchor' }).click();
    await page.keyboard.type('now');
    await page.keyboard.press('Enter');
    await page.getByText('Yes.').waitFor();
    expect(sent().content).toEqual([
      { type: 'input_text', text: 'Ask ' },
      { type: 'input_tag', id: '1', text: 'Ann Lee', group: 'People', data: { mail: 'a@b.example' } },
      { type: 'input_text', text: ' about ' },
      { type: 'input_tag', id: '2', text: 'Anchor', group: 'Things', data: {}, interactive: true },
      { type: 'input_text', text: ' now' },
    ]);
  });

  it('commands: own and built-in, nested menus, entities', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      (window as unknown as TestWindow).chat.setOptions({
        api: { url: '/chatkit' },
        composer: { tools: [{ id: 'web', label: 'Search the web', icon: 'globe' }] },
        commands: {
          enabled: true,
          onSearch: async () => [{ id: 'invoice', label: 'Invoices', description: 'Pick one' }],
          onSelect: async (command: { id: string }) =>
            command.id === 'invoice'
              ? { type: 'menu', commands: [{ id: 'i7', label: 'Invoice 7' }] }
              : { type: 'entity', entity: { id: 'i7', title: 'Invoice 7' } },
        },
      });
    });
    await (await input(page)).click();
    await page.keyboard.type('/');
    await page.getByRole('option', { name: 'Search the web' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Invoice 7' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('paid?');
    await expect.poll(async () => (await input(page)).textContent()).toContain('@Invoice 7');
    await page.keyboard.press('Enter');
    await page.getByText('Yes.').waitFor();
    expect(sent().content[0]).toEqual({ type: 'input_tag', id: 'i7', text: 'Invoice 7', data: {} });
  });

  it('tools and models: chosen, sent, cleared unless persistent', async () => {
    server.on('threads.add_user_message', stream([]));
    const { page } = await openChat(browser, server, {
      composer: {
        tools: [
          { id: 'web', label: 'Search', icon: 'globe', pinned: true, placeholderOverride: 'Search for' },
          { id: 'deep', label: 'Deep', icon: 'lab', persistent: true },
        ],
        models: [
          { id: 'small', label: 'Small' },
          { id: 'off', label: 'Off', disabled: true },
          { id: 'big', label: 'Big', default: true },
        ],
      },
    });
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByText('Search for').waitFor();
    await page.getByRole('button', { name: 'Model: Big' }).click();
    await page.getByRole('menuitemradio', { name: 'Off' }).click({ force: true });
    await page.getByRole('menuitemradio', { name: 'Small' }).click();
    await (await input(page)).click();
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    await page.getByText('Yes.').waitFor();
    expect(sent().inference_options).toEqual({ tool_choice: { id: 'web' }, model: 'small' });
    expect(await page.getByRole('button', { name: 'Search', exact: true }).getAttribute('aria-pressed')).toBe('false');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('menuitemradio', { name: 'Deep' }).click();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    await (await input(page)).click();
    await page.keyboard.type('y');
    await page.keyboard.press('Enter');
    await expect.poll(() => server.requests.length).toBe(2);
    expect(server.requests[1]!.body.params.input.inference_options.tool_choice).toEqual({ id: 'deep' });
    await page.getByRole('button', { name: 'Remove Deep' }).waitFor();
  });

  it('files: limits told, uploaded in two phases with the server’s headers, removed, sent by id', async () => {
    let made = 0;
    server.on('attachments.create', (seen, response) => {
      const { name, mime_type } = seen.body.params;
      const upload_descriptor = {
        url: `${server.origin}/upload/${made}`,
        method: 'PUT',
        headers: { 'x-signed': 'yes' },
      };
      return json({ id: `atc_${made++}`, type: 'file', name, mime_type, upload_descriptor })(seen, response);
    });
    for (const n of [0, 1]) server.on(`PUT /upload/${n}`, json({}));
    server.on('attachments.delete', json({}));
    const { page } = await openChat(browser, server, {
      api: { url: '/chatkit', uploadStrategy: { type: 'two_phase' } },
      composer: {
        attachments: {
          enabled: true,
          maxCount: 2,
          maxSize: { 'text/*': 5, '*': 100 },
          accept: { 'text/plain': ['.txt'], 'image/*': [] },
        },
      },
    });
    const file = (name: string, mimeType: string, text: string) => ({ name, mimeType, buffer: Buffer.from(text) });
    await page
      .locator('input[type=file]')
      .setInputFiles([
        file('big.txt', 'text/plain', 'too long'),
        file('a.exe', 'application/x-bin', 'x'),
        file('one.txt', 'text/plain', 'one'),
        file('two.txt', 'text/plain', 'two'),
        file('six.txt', 'text/plain', 'six'),
      ]);
    await page.getByText('big.txt is larger than 5 B.').waitFor();
    await page.getByText('a.exe is of a type that is not accepted here.').waitFor();
    await page.getByText('Only 2 files fit in a message.').waitFor();
    await page.getByRole('button', { name: 'Remove one.txt' }).click();
    await expect.poll(() => server.requests.filter((request) => request.method === 'PUT').length).toBe(2);
    const put = server.requests.find((request) => request.path === '/upload/1')!;
    expect([put.headers['x-signed'], String(put.body)]).toEqual(['yes', 'two']);
    await expect.poll(() => page.getByRole('button', { name: 'Send message' }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Send message' }).click();
    await page.getByText('Yes.').waitFor();
    expect(sent()).toEqual({ content: [], attachments: ['atc_1'], inference_options: {} });
  });

  it('questions take the composer’s place: choices, several, free words, skipping', async () => {
    const item = {
      id: 'q',
      thread_id: 'thr_1',
      created_at: 'x',
      type: 'structured_input',
      status: 'pending',
      inputs: [
        {
          type: 'multiple_choice',
          id: 'size',
          question: 'Which size?',
          options: [{ value: 'S' }, { value: 'L' }],
          multiple: false,
        },
        {
          type: 'multiple_choice',
          id: 'tops',
          question: 'Toppings?',
          options: [{ value: 'Ham' }, { value: 'Egg' }],
          multiple: true,
        },
        { type: 'freeform', id: 'note', question: 'Anything else?' },
      ],
    };
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { items: { data: [userMessage('Pizza'), item], has_more: false } })),
    );
    const answered = {
      ...item,
      status: 'answered',
      inputs: item.inputs.map((each) => ({ ...each, answer: { values: ['L'] } })),
    };
    server.on(
      'threads.add_structured_input',
      stream([
        { type: 'thread.item.replaced', item: answered },
        { type: 'thread.item.done', item: assistantMessage('Ordered.') },
      ]),
    );
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    expect(await page.getByRole('textbox', { name: 'Message' }).count()).toBe(0);
    // The second click of a double one skips no question that nobody has read.
    await page.getByRole('button', { name: 'Skip', exact: true }).dblclick();
    await page.getByText('Question 2 of 3').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('radio', { name: 'L' }).check();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByRole('checkbox', { name: 'Ham' }).check();
    await page.getByRole('checkbox', { name: 'Egg' }).check();
    await page.getByRole('textbox', { name: 'Something else' }).fill('Fig');
    await page.keyboard.press('Enter');
    await page.getByText('Question 3 of 3').waitFor();
    await page.getByRole('button', { name: 'Skip', exact: true }).click();
    await page.getByText('Ordered.').waitFor();
    expect(server.requests.at(-1)!.body.params).toEqual({
      thread_id: 'thr_1',
      item_id: 'q',
      input: {
        status: 'answered',
        answers: {
          size: { values: ['L'], skipped: false },
          tops: { values: ['Ham', 'Egg', 'Fig'], skipped: false },
          note: { values: [], skipped: true },
        },
      },
    });
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });

  it('a locked thread disables it with the reason, a closed one replaces it', async () => {
    server.once('threads.get_by_id', json(thread('thr_1', { status: { type: 'locked', reason: 'Waiting for Ann' } })));
    server.once('threads.get_by_id', json(thread('thr_2', { status: { type: 'closed' } })));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    const locked = page.getByRole('textbox', { name: 'Waiting for Ann' });
    expect(await locked.getAttribute('aria-disabled')).toBe('true');
    await page.evaluate(() => (window as unknown as TestWindow).chat.setThreadId('thr_2'));
    await page.getByText('This conversation is closed.').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
  });
});
