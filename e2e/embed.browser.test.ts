import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { address, composer, newVisitor, signUp } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

// The element on pages of other sites, and the chat page on OpenAI's hosted ChatKit.

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
};
const stop = (server: Server) => {
  server.closeAllConnections();
  server.close();
};

describe.skipIf(chromiumPath === undefined)('elsewhere', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await oneBrowser();
  });

  describe('a page of another site', () => {
    let causerie: RunningServer;
    let friend: { server: Server; origin: string };
    let stranger: { server: Server; origin: string };
    let context: BrowserContext;

    /** A site with a back end of its own, which knows its visitor's token and gives the page a session of it. */
    async function site(): Promise<{ server: Server; origin: string }> {
      let token: string | undefined;
      const send = async (path: string, body: object) =>
        (
          await fetch(causerie.url + path, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
            body: JSON.stringify(body),
          })
        ).json();
      const server = createServer(async (request, response) => {
        if (request.url === '/secret') {
          const account = {
            email: `visitor-${new URL(origin).port}@example.com`,
            password: 'a quiet engine',
          };
          token ??= (await send('/api/v1/auth/register', account)).access_token;
          const session = await send('/api/create-session', { workflow: { id: 'wf_site' } });
          response.end(session.token);
          return;
        }
        if (request.url !== '/') {
          response.writeHead(404).end();
          return;
        }
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(`<!doctype html><title>Another site</title>
          <script src="${causerie.url}/chatkit.js" async></script>
          <openai-chatkit style="display:block;height:500px"></openai-chatkit>
          <script type="module">
            await customElements.whenDefined('openai-chatkit');
            const chat = document.querySelector('openai-chatkit');
            window.failures = [];
            chat.addEventListener('chatkit.error', (event) => failures.push(String(event.detail.error)));
            chat.setOptions({
              // As in a front end of OpenAI's hosted ChatKit: the server is the origin of the script.
              api: { getClientSecret: async () => (await fetch('/secret')).text() },
            });
          </script>`);
      });
      const origin = await listening(server);
      return { server, origin };
    }

    beforeAll(async () => {
      // Its address has to be known before the server starts, since it is in its settings.
      friend = await site();
      stranger = await site();
      causerie = await startServer({ ALLOWED_ORIGINS: friend.origin });
    });
    afterAll(async () => {
      stop(friend.server);
      stop(stranger.server);
      await causerie.close();
    });
    afterEach(() => context.close());

    async function visit(origin: string): Promise<{ page: Page; said: string[] }> {
      context = await browser.newContext({ locale: 'en-GB' });
      const page = await context.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      await page.goto(origin);
      return { page, said };
    }

    it('holds a conversation when its origin is allowed', async () => {
      const { page, said } = await visit(friend.origin);
      await composer(page).fill('Hello');
      await composer(page).press('Enter');
      await page.locator('openai-chatkit [part=assistant-message]').first().waitFor();
      expect(await page.evaluate('failures')).toEqual([]);
      expect(said.filter((line) => /CORS|Access-Control/.test(line))).toEqual([]);
    });

    it('shows an error when its origin is not allowed', async () => {
      const { page, said } = await visit(stranger.origin);
      await composer(page).fill('Hello');
      await composer(page).press('Enter');
      await page.locator('openai-chatkit').getByRole('alert').first().waitFor();
      expect(await page.locator('openai-chatkit [part=assistant-message]').count()).toBe(0);
      expect(said.join('\n')).toContain('blocked by CORS policy');
      // The text is not lost with the refusal.
      expect(await page.locator('openai-chatkit').ariaSnapshot()).toContain('Hello');
    });
  });

  describe('hosted ChatKit', () => {
    let openai: Server;
    let causerie: RunningServer;
    const asked: { path: string; authorization: string | undefined; body: Record<string, unknown> }[] = [];

    beforeAll(async () => {
      openai = createServer(async (request, response) => {
        const body = JSON.parse(await text(request));
        asked.push({ path: request.url!, authorization: request.headers.authorization, body });
        if (request.url === '/v1/chatkit/sessions') {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ client_secret: 'ek_one', expires_at: 1_900_000_000 }));
          return;
        }
        if (body.type !== 'threads.create') {
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ data: [], has_more: false }));
          return;
        }
        const created_at = new Date().toISOString();
        const thread = {
          id: 'cthr_1',
          created_at,
          status: { type: 'active' },
          metadata: {},
          items: { data: [], has_more: false },
        };
        const said = {
          id: 'cti_1',
          thread_id: 'cthr_1',
          created_at,
          type: 'user_message',
          attachments: [],
          quoted_text: null,
          inference_options: {},
          content: body.params.input.content,
        };
        const answer = { id: 'cti_2', thread_id: 'cthr_1', created_at, type: 'assistant_message' };
        const part = (words: string) => [{ type: 'output_text', text: words, annotations: [] }];
        response.setHeader('content-type', 'text/event-stream');
        for (const event of [
          { type: 'thread.created', thread },
          { type: 'thread.item.done', item: said },
          { type: 'thread.item.added', item: { ...answer, content: part('') } },
          { type: 'thread.item.done', item: { ...answer, content: part('Answered by the workflow.') } },
        ])
          response.write(`data: ${JSON.stringify(event)}\n\n`);
        response.end();
      });
      const origin = await listening(openai);
      causerie = await startServer({
        OPENAI_API_KEY: 'sk-server',
        CHATKIT_HOSTED_URL: `${origin}/v1/chatkit`,
        CHATKIT_WORKFLOW_ID: 'wf_1',
        VITE_CHATKIT_FORCE_HOSTED: 'true',
      });
    });
    afterAll(async () => {
      stop(openai);
      await causerie.close();
    });

    it('answers through this server, with a secret and without the key of the server', async () => {
      const visitor = await newVisitor(browser, causerie.url);
      try {
        await signUp(visitor.page, { name: 'Ada', email: address('ada'), password: 'a quiet engine' });
        await composer(visitor.page).fill('Hello');
        await composer(visitor.page).press('Enter');
        await visitor.page.getByText('Answered by the workflow.').waitFor();
        // The browser spoke to this server alone.
        expect(visitor.troubles).toEqual([]);
      } finally {
        await visitor.close();
      }
      const [sessions, conversation] = [
        asked.filter(({ path }) => path.endsWith('/sessions')),
        asked.filter(({ path }) => path.endsWith('/conversation')),
      ];
      expect(sessions.length + conversation.length).toBe(asked.length);
      for (const { authorization, body } of sessions) {
        expect(authorization).toBe('Bearer sk-server');
        expect(body).toMatchObject({ workflow: { id: 'wf_1' }, user: expect.stringMatching(/^usr_/) });
      }
      expect(new Set(conversation.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer ek_one']));
      expect(conversation.some(({ body }) => body.type === 'threads.create')).toBe(true);
    });
  });
});
