import type { ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow, told } from './browser.ts';
import { type Answer, answering, json, type ScriptedServer, stream, thread, userMessage } from './scripted-server.ts';
import { onStage } from './stage.ts';

const offer = { 'causerie-resume': '1' };

const cut: Answer = (_, response) => void response.destroy();
const refusal = (status: number, headers: Record<string, string> = {}) =>
  json({ error: { code: 'x', message: 'x' } }, status, headers);
/** A response that begins, and breaks before it says anything. */
const openedAndCut: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...offer }).flushHeaders();
  setTimeout(() => response.destroy(), 50);
};

describe.skipIf(!hasChromium)('a message that does not get through', () => {
  let browser: Browser;
  let server: ScriptedServer;
  let feeds: ServerResponse[];
  onStage((stage) => {
    ({ browser, server } = stage);
    feeds = [];
    server.on('GET /chatkit/threads/thr_1/stream', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...offer }).flushHeaders();
      feeds.push(response);
    });
  });

  /** A chat that has heard from its server once; `headers` are what the server said then. */
  async function chatAfter(headers: Record<string, string>): Promise<Page> {
    server.on('threads.list', json({ data: [], has_more: false }, 200, headers));
    server.on('GET /chatkit/threads', json({ data: [], has_more: false }, 200, headers));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
    await page.getByText('No conversations yet').waitFor();
    await page.keyboard.press('Escape');
    return page;
  }
  const sent = (type = 'threads.create') => server.requests.filter(({ body }) => body?.type === type);
  const keys = (type?: string) => sent(type).map(({ headers }) => headers['idempotency-key'] as string | undefined);
  const messages = (page: Page) => page.locator('[part~="user-message"]').count();
  const errors = async (page: Page) =>
    (await told(page)).filter(([name]) => name === 'chatkit.error' || name === 'error');
  /** Says to the page that the network is back, which ends every pause before a try. */
  const hurry = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('online')));
  /** Waits for exactly so many tries, each sooner than its time. */
  const tries = (page: Page, count: number, type?: string) =>
    expect.poll(() => hurry(page).then(() => sent(type).length), { timeout: 15_000 }).toBe(count);

  it('is sent again by itself under one name, shown once and without an error', async () => {
    const page = await chatAfter(offer);
    for (const answer of [cut, refusal(502), refusal(503, { 'retry-after': '1' }), openedAndCut])
      server.once('threads.create', answer);
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true }), { headers: offer }));
    await say(page, 'Hello');
    await page.getByRole('button', { name: 'Stop answering' }).waitFor();
    await tries(page, 5);
    await page.getByText('Good day').waitFor();
    expect(new Set(keys()).size).toBe(1);
    expect(keys()[0]).toMatch(/^[!-~]{16,64}$/);
    expect(await messages(page)).toBe(1);
    expect(await errors(page)).toEqual([]);
    // The next message has a name of its own.
    server.on('threads.add_user_message', stream(answering('More', 'Indeed'), { headers: offer }));
    await say(page, 'More');
    await page.getByText('Indeed').waitFor();
    expect(keys('threads.add_user_message')).toHaveLength(1);
    expect(keys('threads.add_user_message')[0]).not.toBe(keys()[0]);
  });

  it('is given up after a few tries; Try again is the same message under the same name', async () => {
    const page = await chatAfter(offer);
    server.on('threads.create', refusal(504));
    await say(page, 'Hello');
    await tries(page, 5);
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
    await page.getByText('Not sent.').waitFor();
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true }), { headers: offer }));
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Good day').waitFor();
    expect(keys()).toHaveLength(6);
    expect(new Set(keys()).size).toBe(1);
    expect(await messages(page)).toBe(1);
  });

  it.each([
    ['a refusal that will not pass', 500, {}],
    ['a server that is not set up for it', 503, {}],
    ['a server that is away for an hour', 503, { 'retry-after': '3600' }],
  ] as [string, number, Record<string, string>][])('%s is told at once', async (_, status, headers) => {
    const page = await chatAfter(offer);
    server.on('threads.create', refusal(status, headers));
    await say(page, 'Hello');
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
    expect(sent()).toHaveLength(1);
  });

  it('to a server that never offered to resume is not repeated, and has no name', async () => {
    const page = await chatAfter({});
    // Not a cut: on a connection that was used before, the browser itself makes the request again.
    server.on('threads.create', refusal(502));
    await say(page, 'Hello');
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => sent().length).toBe(2);
    await page.getByRole('alert').getByRole('button', { name: 'Try again' }).waitFor();
    expect(keys()).toEqual([undefined, undefined]);
  });

  it('is not tried any longer after Stop, and can be sent under its name then', async () => {
    const page = await chatAfter(offer);
    server.on('threads.create', refusal(503, { 'retry-after': '30' }));
    await say(page, 'Hello');
    await expect.poll(() => sent().length).toBe(1);
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByText('Not sent.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await hurry(page);
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true }), { headers: offer }));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Good day').waitFor();
    expect(keys()).toHaveLength(2);
    expect(new Set(keys()).size).toBe(1);
  });

  it.each([
    ['an ordinary server', {}],
    ['one that resumes', offer],
  ])('while there is no network waits, says so, and goes out when it is back: to %s', async (_, headers) => {
    const page = await chatAfter(headers);
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true }), { headers }));
    await page.context().setOffline(true);
    await page.getByText('Connection lost. Reconnecting.').waitFor();
    await say(page, 'Hello');
    await page.getByText('Your message will be sent when the connection is back.').waitFor();
    expect(sent()).toEqual([]);
    await page.context().setOffline(false);
    await page.getByText('Good day').waitFor();
    expect([sent().length, await messages(page), await errors(page)]).toEqual([1, 1, []]);
    await page.getByText('Connection lost. Reconnecting.').waitFor({ state: 'detached' });
  });

  it('goes out however long the server was away, and a file with it', async () => {
    const page = await chatAfter(offer);
    const files: Answer = json({ id: 'atc_1', type: 'file', name: 'a.txt', mime_type: 'text/plain' }, 200, offer);
    for (const type of ['threads.create', 'threads.list', 'POST /files']) server.on(type, cut);
    await page.evaluate(() => {
      const { chat } = window as unknown as TestWindow;
      const api = { url: '/chatkit', uploadStrategy: { type: 'direct', uploadUrl: '/files' } };
      chat.setOptions({ api, composer: { attachments: { enabled: true } } });
      return chat.setComposerValue({ files: [new File(['x'], 'a.txt', { type: 'text/plain' })] });
    });
    await page.getByText('a.txt could not be uploaded.').waitFor();
    await page.getByText('Connection lost. Reconnecting.').waitFor();
    server.on('POST /files', files);
    server.on('threads.list', json({ data: [] }, 200, offer));
    await hurry(page);
    await page.getByText('a.txt could not be uploaded.').waitFor({ state: 'detached' });
    // It goes again: more often than a message is tried while the server is there.
    server.on('threads.list', cut);
    await say(page, 'Hello');
    const asked = sent('threads.list').length;
    // Where tries have no end, two may arrive between two looks.
    await expect
      .poll(() => hurry(page).then(() => sent('threads.list').length), { timeout: 15_000 })
      .toBeGreaterThanOrEqual(asked + 8);
    await page.getByText('Your message will be sent when the connection is back.').waitFor();
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true }), { headers: offer }));
    server.on('threads.list', json({ data: [] }, 200, offer));
    await hurry(page);
    await page.getByText('Good day').waitFor();
    expect(sent().at(-1)!.body.params.input.attachments).toEqual(['atc_1']);
    expect(new Set(keys()).size).toBe(1);
    expect(await messages(page)).toBe(1);
  });

  it('and was stopped before the network came back, was not sent and can be', async () => {
    const page = await chatAfter({});
    await page.context().setOffline(true);
    await page.getByText('Connection lost. Reconnecting.').waitFor();
    await say(page, 'Hello');
    await page.getByRole('button', { name: 'Stop answering' }).click();
    await page.getByText('Not sent.').waitFor();
    await page.context().setOffline(false);
    await page.getByText('Connection lost. Reconnecting.').waitFor({ state: 'detached' });
    expect(sent()).toEqual([]);
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true })));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Good day').waitFor();
  });

  it('and yet got through, is no longer shown as not sent once the server tells of it', async () => {
    server.on('threads.get_by_id', json(thread('thr_1'), 200, { ...offer, 'causerie-last-event': '1' }));
    server.on('threads.list', json({ data: [] }));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await expect.poll(() => feeds.length).toBe(1);
    server.on('threads.add_user_message', refusal(502));
    await say(page, 'Hello');
    await tries(page, 5, 'threads.add_user_message');
    await page.getByText('Not sent.').waitFor();
    await expect.poll(() => feeds.length).toBe(2);
    feeds[1]!.write(
      `id: 3\ndata: ${JSON.stringify({ type: 'thread.item.done', item: userMessage('Hello', 'u') })}\n\n`,
    );
    await page.getByText('Not sent.').waitFor({ state: 'detached' });
    expect(await messages(page)).toBe(1);
  });
});
