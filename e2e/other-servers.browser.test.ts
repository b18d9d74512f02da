import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, sharedServer, startServer } from './server.ts';

// The settings that send the chat page to another server, in production: under the policy that the page is served with.

const ada = { name: 'Ada Lovelace', email: address('ada'), password: 'a quiet engine' };
const grace = { name: 'Grace Hopper', email: address('grace'), password: 'a loud engine' };
const element = (page: Page) => page.locator('openai-chatkit');

describe.skipIf(chromiumPath === undefined)('another server in the settings', () => {
  let browser: Browser;
  let second: RunningServer;
  let server: RunningServer;
  let chatkit: Server;
  const visitors: Visitor[] = [];
  const asked: { path: string; authorization: string | undefined; type?: string }[] = [];

  beforeAll(async () => {
    [browser, second] = await Promise.all([oneBrowser(), sharedServer()]);
    // A ChatKit server of somebody else: it plays the protocol, and answers pages of other origins.
    chatkit = createServer(async (request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*, authorization');
      if (request.method === 'OPTIONS') return void response.end();
      const body = await text(request);
      const { type } = request.url === '/upload' ? { type: undefined } : JSON.parse(body);
      asked.push({ path: request.url!, authorization: request.headers.authorization, type });
      if (type === 'threads.create') {
        response.setHeader('content-type', 'text/event-stream');
        const thread = { id: 'thr_1', created_at: '2026-01-01T00:00:00Z', status: { type: 'active' }, metadata: {} };
        const item = {
          id: 'msg_2',
          thread_id: 'thr_1',
          created_at: '2026-01-01T00:00:01Z',
          type: 'assistant_message',
          content: [{ type: 'output_text', text: 'I am elsewhere.', annotations: [] }],
        };
        for (const event of [
          { type: 'thread.created', thread: { ...thread, items: { data: [], has_more: false } } },
          { type: 'thread.item.done', item },
        ])
          response.write(`data: ${JSON.stringify(event)}\n\n`);
        return void response.end();
      }
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(
          request.url === '/upload'
            ? { id: 'atc_1', type: 'file', name: 'notes.txt', mime_type: 'text/plain' }
            : { data: [], has_more: false },
        ),
      );
    }).listen(0, '127.0.0.1');
    await once(chatkit, 'listening');
    const elsewhere = `http://127.0.0.1:${(chatkit.address() as AddressInfo).port}`;
    server = await startServer({
      VITE_CHATKIT_API_URL: `${elsewhere}/api/chatkit`,
      VITE_CHATKIT_UPLOAD_STRATEGY: 'direct',
      VITE_CHATKIT_DIRECT_UPLOAD_URL: `${elsewhere}/upload`,
      // As people with a proxy for /api write it.
      VITE_BACKEND_URL: `${second.url}/api`,
    });
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  afterAll(async () => {
    await server?.close();
    chatkit?.closeAllConnections();
    chatkit?.close();
  });

  async function visit(): Promise<Visitor> {
    asked.length = 0;
    const visitor = await newVisitor(browser, server.url);
    visitors.push(visitor);
    return visitor;
  }
  /** The person of a token, by the server that issued it. */
  const ownerOf = async (authorization: string | undefined, at: RunningServer) => {
    const response = await fetch(`${at.url}/api/v1/auth/me`, { headers: { authorization: authorization ?? '' } });
    return ((await response.json()) as { email?: string }).email;
  };

  it('receives requests of the signed-in person, and their files', async () => {
    const { page, troubles } = await visit();
    await signUp(page, ada);
    await element(page)
      .locator('input[type=file]')
      .setInputFiles({
        name: 'notes.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('The lighthouse is red.'),
      });
    await expect.poll(() => asked.some(({ path }) => path === '/upload'), { timeout: 15_000 }).toBe(true);
    await composer(page).fill('Where are you?');
    await composer(page).press('Enter');
    await element(page).getByText('I am elsewhere.').waitFor();
    for (const { path, authorization } of asked) expect(await ownerOf(authorization, server), path).toBe(ada.email);
    expect(troubles.filter((trouble) => !trouble.startsWith('asked '))).toEqual([]);

    // The token ends with the session it was made in.
    const { authorization } = asked.at(-1)!;
    await page.getByTestId('account-menu').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByTestId('login').waitFor();
    await expect.poll(() => ownerOf(authorization, server), { timeout: 6000 }).toBeUndefined();
  });

  it('is used for sign-in when the address of the page does not answer', async () => {
    await fetch(`${second.url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(grace),
    });
    const { page } = await visit();
    await page.goto('/login');
    await page.getByTestId('email').fill(grace.email);
    await page.getByTestId('password').fill(grace.password);
    // The name of the page resolves no more, as in a container: nothing of its API answers.
    await page.route(`${server.url}/api/**`, (route) => route.abort('namenotresolved'));
    await page.getByTestId('login').click();
    await composer(page).waitFor();
    await composer(page).fill('Where are you?');
    await composer(page).press('Enter');
    await element(page).getByText('I am elsewhere.').waitFor();
    expect(await ownerOf(asked.at(-1)!.authorization, second)).toBe(grace.email);
  });

  it('gets no token from a server whose settings name no other server', async () => {
    const { page } = await visit();
    await page.goto(`${second.url}/login`);
    const answer = await page.evaluate(async () => (await fetch('/api/auth/token', { method: 'POST' })).status);
    expect(answer).toBe(503);
  });
});
