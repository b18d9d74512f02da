import type { ServerResponse } from 'node:http';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow, told } from './browser.ts';
import {
  assistantMessage,
  delta,
  frame,
  json,
  type ScriptedServer,
  type Seen,
  thread,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

const offer = { 'causerie-resume': '1' };

/** A stream the test holds in its hand. */
type Held = { seen: Seen; write(event: object, id?: number): void; end(): void; cut(): void };

describe.skipIf(!hasChromium)('a server that offers to resume', () => {
  let browser: Browser;
  let server: ScriptedServer;
  let feeds: Held[];
  let posts: Held[];
  onStage((stage) => {
    ({ browser, server } = stage);
    feeds = [];
    posts = [];
    server.on('GET /chatkit/threads/thr_1/stream', hold(feeds));
    server.on('threads.create', hold(posts));
  });

  function hold(into: Held[]) {
    return (seen: Seen, response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...offer }).flushHeaders();
      into.push({
        seen,
        write: (event, id) => void response.write(frame(event, id)),
        end: () => void response.end(),
        cut: () => void response.destroy(),
      });
    };
  }
  const started = (post: Held, text: string) => {
    post.write({ type: 'thread.created', thread: thread('thr_1') }, 1);
    post.write({ type: 'thread.item.done', item: userMessage('x', 'u') }, 2);
    post.write({ type: 'stream_options', stream_options: { allow_cancel: true } });
    post.write({ type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } });
    post.write(delta('a', text));
  };
  const loads = (items: object[], last: number) =>
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { items: { data: items, has_more: false } }), 200, {
        ...offer,
        'causerie-last-event': String(last),
      }),
    );

  it('before the offer nothing beyond the protocol is sent; after it the header is', async () => {
    server.on('threads.list', json({ data: [], has_more: false }, 200, offer));
    server.on('GET /chatkit/threads', json({ data: [], has_more: false }, 200, offer));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
    await page.getByText('No conversations yet').waitFor();
    await page.keyboard.press('Escape');
    await say(page, 'x');
    await expect.poll(() => posts.length).toBe(1);
    expect(server.requests.map((request) => request.headers['causerie-resume'])).toEqual([undefined, '1', '1']);
  });

  it.each([410, 400])(
    'reads a thread anew whose feed cannot go on from where it was (%i), and follows it from there',
    async (status) => {
      loads([userMessage('Before', 'u')], 3);
      const asked: string[] = [];
      server.on('GET /chatkit/threads/thr_1/stream', (seen, response) => {
        asked.push(String(new URLSearchParams(seen.path.split('?')[1]).get('after')));
        if (asked.length > 1) return hold(feeds)(seen, response);
        loads([userMessage('Before', 'u'), assistantMessage('Said while I was away', 'a')], status === 410 ? 40 : 2);
        return json({ error: { code: 'x', message: 'x' } }, status)(seen, response);
      });
      const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
      await page.getByText('Said while I was away').waitFor();
      await expect.poll(() => asked).toEqual(['3', status === 410 ? '40' : '2']);
      feeds[0]!.write({ type: 'thread.item.done', item: assistantMessage('And now', 'b') }, 41);
      await page.getByText('And now').waitFor();
    },
  );

  it('a feed that is refused wherever it begins is not asked for ever', async () => {
    loads([userMessage('Before', 'u')], 3);
    let asked = 0;
    server.on('GET /chatkit/threads/thr_1/stream', (seen, response) => {
      asked++;
      return json({ error: { code: 'x', message: 'x' } }, 410)(seen, response);
    });
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Before').waitFor();
    await page.waitForTimeout(1500);
    expect(asked).toBe(1);
  });

  it('searches what was said, not only titles, and lists by last activity, also while a thread is in use', async () => {
    const day = 86_400_000;
    const ago = (days: number) => new Date(Date.now() - days * day).toISOString();
    const old = { created_at: ago(90) };
    const boats = thread('thr_1', { ...old, title: 'Boats', updated_at: ago(3) });
    const trains = thread('thr_2', { ...old, title: 'Trains', updated_at: ago(0) });
    const match = { item_id: 'a', text: '…opens at nine.…' };
    server.on('threads.list', json({ data: [trains, boats], has_more: false }, 200, offer));
    server.on('GET /chatkit/threads', (seen, response) => {
      const asked = new URLSearchParams(seen.path.split('?')[1]);
      if (!asked.get('query')) return json({ data: [trains, boats], has_more: false })(seen, response);
      if (asked.get('query') === 'nowhere') return json({ data: [], has_more: false })(seen, response);
      return asked.get('after')
        ? json({ data: [{ ...trains, match }], has_more: false })(seen, response)
        : json({ data: [{ ...boats, match }], has_more: true, after: 'thr_1' })(seen, response);
    });
    server.on('threads.add_user_message', hold(posts));
    loads([assistantMessage('The harbour opens at nine.', 'a')], 1);
    const { page } = await openChat(browser, server);
    const rows = () => page.locator('[part=history]').locator('h3, .row-open').allTextContents();
    await page.getByRole('button', { name: 'Show history' }).click();
    await expect.poll(rows).toEqual(['Today', 'Trains', 'Previous 7 days', 'Boats']);
    await page.getByRole('searchbox').fill('Nine');
    await page.getByText('…opens at nine.…').waitFor();
    expect(await rows()).toEqual(['Previous 7 days', 'Boats…opens at nine.…']);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => page.getByText('…opens at nine.…').count()).toBe(2);
    await page.getByRole('searchbox').fill('nowhere');
    await page.getByText('Nothing found for “nowhere”.').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Boats', exact: true }).click();
    await page.getByText('The harbour opens at nine.').waitFor();
    // What is said in it brings it up, before anybody asks the server again.
    server.on('GET /chatkit/threads', (_, response) => void response.destroy());
    await say(page, 'Thanks');
    await page.getByRole('button', { name: 'Show history' }).click();
    await expect.poll(rows).toEqual(['Today', 'Boats', 'Trains']);
  });

  it('a line cut in mid-answer goes on in mid-sentence, without an error', async () => {
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await expect.poll(() => posts.length).toBe(1);
    started(posts[0]!, 'Once upon ');
    await page.getByText('Once upon').waitFor();
    posts[0]!.cut();
    await expect.poll(() => feeds.length).toBe(1);
    expect(feeds[0]!.seen.path).toBe('/chatkit/threads/thr_1/stream?after=2&until=idle');
    feeds[0]!.write({ type: 'stream_options', stream_options: { allow_cancel: true } });
    feeds[0]!.write({ type: 'thread.item.added', item: assistantMessage('Once upon a ', 'a') });
    feeds[0]!.write(delta('a', 'time.'));
    await page.getByText('Once upon a time.').waitFor();
    await page.getByRole('button', { name: 'Stop answering' }).waitFor();
    feeds[0]!.write({ type: 'thread.item.done', item: assistantMessage('Once upon a time. The end.', 'a') }, 3);
    feeds[0]!.write({ type: 'causerie.run', run_id: 'run_1', state: 'done' });
    feeds[0]!.end();
    await page.getByText('The end.').waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    // The feed stays open for what others do, from where it was.
    await expect.poll(() => feeds.length).toBe(2);
    expect(feeds[1]!.seen.path).toBe('/chatkit/threads/thr_1/stream?after=3');
    expect((await told(page)).filter(([name]) => /error|response/.test(name))).toEqual([
      ['response.start', null],
      ['response.end', null],
    ]);
  });

  it('a page that is reloaded shows the running answer growing on, and Stop asks the server', async () => {
    loads([userMessage('x', 'u')], 2);
    server.on('POST /chatkit/threads/thr_1/stop', (_, response) => {
      response.writeHead(204, offer).end();
      feeds[0]!.write({ type: 'thread.item.done', item: assistantMessage('So far so go', 'a') }, 3);
      feeds[0]!.write({ type: 'causerie.run', run_id: 'run_1', state: 'stopped' });
    });
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await expect.poll(() => feeds.length).toBe(1);
    expect(feeds[0]!.seen.path).toBe('/chatkit/threads/thr_1/stream?after=2');
    feeds[0]!.write({ type: 'stream_options', stream_options: { allow_cancel: true } });
    feeds[0]!.write({ type: 'thread.item.added', item: assistantMessage('So far ', 'a') });
    feeds[0]!.write(delta('a', 'so go'));
    await page.getByText('So far so go').waitFor();
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    expect(server.requests.filter((request) => request.path.endsWith('/stop'))).toHaveLength(1);
    expect((await told(page)).slice(-2)).toEqual([
      ['response.start', null],
      ['response.end', null],
    ]);
  });

  it('Stop ends here soon even when the server never answers', async () => {
    server.on('POST /chatkit/threads/thr_1/stop', () => {});
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await expect.poll(() => posts.length).toBe(1);
    started(posts[0]!, 'Endless');
    await page.getByText('Endless').waitFor();
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByRole('button', { name: 'Send message' }).waitFor({ timeout: 5000 });
    expect(await page.getByText('Endless').count()).toBe(1);
  });

  it('an answer given elsewhere appears, and one that was interrupted says so', async () => {
    loads([], 0);
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await expect.poll(() => feeds.length).toBe(1);
    feeds[0]!.write({ type: 'thread.item.done', item: userMessage('From my phone', 'u') }, 1);
    feeds[0]!.write({ type: 'causerie.run', run_id: 'r', state: 'started' });
    feeds[0]!.write({ type: 'thread.item.added', item: assistantMessage('Half', 'a') });
    await page.getByText('From my phone').waitFor();
    feeds[0]!.cut();
    await expect.poll(() => feeds.length, { timeout: 5000 }).toBe(2);
    feeds[1]!.write({ type: 'error', code: 'run.interrupted', allow_retry: true });
    feeds[1]!.end();
    await page.getByRole('alert').getByText('The answer was interrupted').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
  });

  const call = {
    id: 'c',
    thread_id: 'thr_1',
    created_at: 'x',
    type: 'client_tool_call',
    status: 'pending',
    call_id: 'c',
    name: 'time',
    arguments: {},
  };

  it('a client tool call left open by a reload is answered by one tab only', async () => {
    loads([userMessage('x', 'u'), call], 2);
    const outputs: Held[] = [];
    server.on('threads.add_client_tool_output', hold(outputs));
    const context = await browser.newContext();
    const tabs = await Promise.all([openChat(context, server), openChat(context, server)]);
    const open = () => {
      const { chat } = window as unknown as TestWindow;
      const onClientTool = () => new Promise((done) => setTimeout(() => done({ ok: 1 }), 300));
      chat.setOptions({ api: { url: '/chatkit' }, onClientTool });
      return chat.setThreadId('thr_1');
    };
    await Promise.all(tabs.map(({ page }) => page.evaluate(open)));
    await expect.poll(() => outputs.length).toBe(1);
    outputs[0]!.write({ type: 'thread.item.done', item: assistantMessage('It is noon.', 'a') }, 3);
    outputs[0]!.end();
    await Promise.any(tabs.map(({ page }) => page.getByText('It is noon.').waitFor()));
    expect(outputs).toHaveLength(1);
  });

  it('Stop while such a call is answered sends nothing of it, and the page hears of no answer', async () => {
    loads([userMessage('x', 'u'), call], 2);
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const { chat } = window as unknown as TestWindow;
      const onClientTool = () => new Promise((done) => document.addEventListener('tool-done', () => done({ ok: 1 })));
      chat.setOptions({ api: { url: '/chatkit' }, onClientTool });
      return chat.setThreadId('thr_1');
    });
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    await page.evaluate(() => document.dispatchEvent(new Event('tool-done')));
    server.on('threads.add_user_message', hold(posts));
    await say(page, 'Another thing');
    await expect.poll(() => posts.length).toBe(1);
    posts[0]!.write({ type: 'thread.item.done', item: assistantMessage('Gladly.', 'a') }, 3);
    posts[0]!.end();
    await page.getByText('Gladly.').waitFor();
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    const answers = (await told(page)).map(([name]) => name).filter((name) => name.startsWith('response.'));
    expect(answers).toEqual(['response.start', 'response.end']);
  });
});
