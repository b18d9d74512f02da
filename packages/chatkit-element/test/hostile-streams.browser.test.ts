import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow, told } from './browser.ts';
import {
  answering,
  assistantMessage,
  delta,
  json,
  type ScriptedServer,
  type Step,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

/** Servers that say wrong things, in wrong orders, in wrong pieces: what was right is shown, and the chat stays usable. */
describe.skipIf(!hasChromium)('hostile streams', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const created = { type: 'thread.created', thread: thread('thr_1') };
  const said = (text = 'x') => ({ type: 'thread.item.done', item: userMessage(text) });

  /** Sends a message that is answered so, then another that is answered well: whatever came, the chat must still work. */
  async function hears(steps: readonly Step[]): Promise<Page> {
    server.once('threads.create', stream(steps));
    server.once('threads.add_user_message', stream(answering('more', 'Still here.')));
    const { page, seen } = await openChat(browser, server);
    await say(page, 'x');
    await page.waitForFunction(() => (window as unknown as TestWindow).told.some(([name]) => name === 'response.end'));
    await say(page, 'more');
    await page.getByText('Still here.').waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    expect(seen.violations).toEqual([]);
    return page;
  }

  it('events one byte at a time, with every line ending, comments, several data lines and a mark at the start', async () => {
    const text = JSON.stringify({ type: 'thread.item.done', item: assistantMessage('Ürgüp 👩‍👩‍👧 日本 end.', 'a') });
    // JSON may be broken between lines wherever it may have white space.
    const cut = text.indexOf(',') + 1;
    const whole = Buffer.from(
      `\ufeff: hello\r\n\r\nevent: message\r\ndata: ${JSON.stringify(created)}\r\n\r\nretry: 10\rdata:${JSON.stringify(said())}\r\rdata: ${text.slice(0, cut)}\ndata: ${text.slice(cut)}\n\n`,
    );
    const page = await hears([...whole].map((byte) => new Uint8Array([byte])));
    expect(await page.getByText('Ürgüp 👩‍👩‍👧 日本 end.').count()).toBe(1);
  });

  it('orders nobody expects: done before added, twice, updates of what is gone, replaced from nothing', async () => {
    const page = await hears([
      { type: 'thread.item.done', item: assistantMessage('Early.', 'early') },
      created,
      created,
      { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
      delta('a', 'Before the question. '),
      said(),
      { type: 'thread.item.done', item: assistantMessage('Whole.', 'a') },
      { type: 'thread.item.done', item: assistantMessage('Whole.', 'a') },
      delta('a', ' Late.'),
      { type: 'thread.item.added', item: { ...assistantMessage('Gone', 'gone') } },
      { type: 'thread.item.removed', item_id: 'gone' },
      delta('gone', 'ghost'),
      { type: 'thread.item.done', item: assistantMessage('', 'gone2') },
      { type: 'thread.item.replaced', item: assistantMessage('From nothing.', 'new') },
      delta('b', 'unseen', 2),
      { type: 'thread.item.added', item: { ...assistantMessage('', 'b'), content: [] } },
      delta('b', 'Third part', 2),
      delta('b', 'First part', 0),
      { type: 'thread.item.removed', item_id: 'b' },
      { type: 'thread.item.removed', item_id: 'b' },
    ]);
    expect(await page.getByText('Early.').count()).toBe(1);
    expect(await page.getByText('Whole. Late.').count()).toBe(1);
    expect(await page.getByText('From nothing.').count()).toBe(1);
    for (const gone of ['ghost', 'unseen', 'First part', 'Before the question'])
      expect(await page.getByText(gone).count(), gone).toBe(0);
  });

  const nonsense: unknown[] = [null, 0, '', 'text', true, [], {}, [null], { type: 'x' }, Number.MAX_SAFE_INTEGER, -1];

  it('every field of every event and item as something else', async () => {
    const events: object[] = [];
    for (const wrong of nonsense) {
      for (const type of ['thread.created', 'thread.updated']) events.push({ type, thread: wrong });
      for (const type of ['thread.item.added', 'thread.item.done', 'thread.item.replaced'])
        events.push({ type, item: wrong });
      events.push({ type: 'thread.item.updated', item_id: wrong, update: wrong });
      events.push({ type: 'thread.item.updated', item_id: 'a', update: wrong });
      events.push({ type: 'thread.item.removed', item_id: wrong });
      events.push({ type: 'progress_update', text: wrong, icon: wrong });
      events.push({ type: 'notice', level: wrong, message: wrong, title: wrong });
      events.push({ type: 'client_effect', name: wrong, data: wrong });
      events.push({ type: 'stream_options', stream_options: wrong });
      for (const [type, field] of [
        ['user_message', 'content'],
        ['user_message', 'attachments'],
        ['user_message', 'quoted_text'],
        ['assistant_message', 'content'],
        ['workflow', 'workflow'],
        ['task', 'task'],
        ['widget', 'widget'],
        ['widget', 'copy_text'],
        ['generated_image', 'image'],
        ['structured_input', 'inputs'],
        ['structured_input', 'status'],
        ['client_tool_call', 'name'],
        ['end_of_turn', 'x'],
      ] as const) {
        const id = `${type}_${field}_${events.length}`;
        events.push({
          type: 'thread.item.done',
          item: { id, type, status: 'completed', created_at: wrong, [field]: wrong },
        });
      }
      events.push({
        type: 'thread.item.done',
        item: {
          id: `c${events.length}`,
          type: 'assistant_message',
          content: [
            wrong,
            { type: 'output_text', text: wrong, annotations: wrong },
            { type: 'output_text', text: 'x', annotations: [wrong, { source: wrong, index: wrong }] },
          ],
        },
      });
      events.push({
        type: 'thread.item.done',
        item: {
          id: `w${events.length}`,
          type: 'workflow',
          workflow: {
            tasks: [wrong, { type: wrong, title: wrong, sources: [wrong], queries: [wrong], content: wrong }],
            summary: wrong,
            expanded: true,
          },
        },
      });
      for (const update of [
        'assistant_message.content_part.added',
        'assistant_message.content_part.text_delta',
        'assistant_message.content_part.annotation_added',
        'assistant_message.content_part.done',
      ])
        events.push({
          type: 'thread.item.updated',
          item_id: 'a',
          update: {
            type: update,
            content_index: wrong,
            annotation_index: wrong,
            delta: wrong,
            content: wrong,
            annotation: wrong,
          },
        });
    }
    for (const wrong of nonsense) events.push({ type: 'error', code: wrong, message: wrong, allow_retry: wrong });
    const page = await hears([
      created,
      said(),
      { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
      ...events.filter((event) => (event as { type: string }).type !== 'error'),
      { type: 'thread.item.added', item: { ...assistantMessage('', 'z'), content: [] } },
      delta('z', 'Sound words.'),
      // What ends an answer comes last of all.
      ...events.filter((event) => (event as { type: string }).type === 'error'),
    ]);
    expect(await page.getByText('Sound words.').count()).toBeGreaterThan(0);
    expect(await page.locator('.chat').count()).toBe(1);
  });

  it('numbers meant to exhaust: indices, depths, sizes', async () => {
    // As text: deeper than JSON can be written, not deeper than it can be read.
    const deep = `${'{"type":"Box","children":['.repeat(3000)}{"type":"Text","value":"deep"}${']}'.repeat(3000)}`;
    const page = await hears([
      created,
      said(),
      { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
      delta('a', 'x', 1e9),
      delta('a', 'x', 2 ** 53),
      delta('a', 'x', -1),
      delta('a', 'x', 0.5),
      {
        type: 'thread.item.updated',
        item_id: 'a',
        update: {
          type: 'assistant_message.content_part.annotation_added',
          content_index: 0,
          annotation_index: 1e9,
          annotation: { type: 'annotation', index: 1e12, source: { type: 'file', filename: 'f', title: 'F' } },
        },
      },
      { type: 'thread.item.done', item: { id: 'wf', type: 'workflow', workflow: { type: 'custom', tasks: [] } } },
      {
        type: 'thread.item.updated',
        item_id: 'wf',
        update: { type: 'workflow.task.added', task_index: 1e9, task: { type: 'custom', title: 'T' } },
      },
      `data: {"type":"thread.item.done","item":{"id":"w","type":"widget","widget":${deep}}}\n\n`,
      delta('a', 'Kept.'),
    ]);
    expect(await page.getByText('Kept.').count()).toBe(1);
  });

  it('what is no stream at all: HTML, nothing, an end in mid-event, a reply to another question', async () => {
    server.once(
      'threads.create',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Proxy</h1>'),
    );
    server.once(
      'threads.create',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
    );
    server.once(
      'threads.create',
      (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
    );
    server.once('threads.create', stream([created, said(), `data: {"type":"thread.item.done","item"`]));
    server.on('threads.add_user_message', stream(answering('last', 'Well.')));
    const { page } = await openChat(browser, server);
    const ends = async () => (await told(page)).filter(([name]) => name === 'response.end').length;
    for (let turn = 0; turn < 4; turn++) {
      await say(page, `try ${turn}`);
      await expect.poll(() => server.requests.length).toBe(turn + 1);
      await page.getByRole('button', { name: 'Stop answering' }).waitFor({ state: 'hidden' });
    }
    expect(await ends()).toBe(3);
    await say(page, 'last');
    await page.getByText('Well.').waitFor();
  });

  it('a thread whose items are wrong is opened as far as it goes', async () => {
    server.on(
      'threads.get_by_id',
      json({
        ...thread('thr_1'),
        title: 5,
        status: 'odd',
        items: { data: [...nonsense, assistantMessage('Readable.', 'a')], has_more: 'no', after: null },
      }),
    );
    server.on('items.list', json({ data: [assistantMessage('Readable.', 'a'), ...nonsense], has_more: true }));
    server.on('threads.list', json({ data: [...nonsense, thread('thr_1', { title: 'Listed' })], has_more: true }));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Readable.').waitFor();
    await page.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
    await page.getByRole('button', { name: 'Listed', exact: true }).waitFor();
  });
});
