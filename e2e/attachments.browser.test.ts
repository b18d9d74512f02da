import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { png } from '../apps/server/src/features/attachments/testing/samples.ts';
import { chromiumPath, oneBrowser } from '../tools/chromium.ts';
import { type ModelServer, startModelServer } from '../tools/model-server/server.ts';
import { address, composer, newVisitor, signUp, type Visitor } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

let ada = { name: 'Ada Lovelace', email: '', password: 'a quiet engine' };

const element = (page: Page) => page.locator('openai-chatkit');
const drafts = (page: Page) => element(page).locator('[part=attachment].draft');
const sent = (page: Page) => element(page).locator('[part=user-message] [part=attachment]');
const picker = (page: Page) => element(page).locator('input[type=file]');
/** Uploads are handled by a server that may have much to do. */
const patience = { timeout: 30_000 };
const text = (name: string, content: string, mimeType = 'text/plain') => ({
  name,
  mimeType,
  buffer: Buffer.from(content),
});

/** Whether an image has really been drawn: the policy, the headers and the address all let it through. */
const isDrawn = (image: Locator) =>
  image.evaluate(async (node) => {
    const drawn = node as HTMLImageElement;
    await drawn.decode();
    return drawn.naturalWidth;
  });

describe.skipIf(chromiumPath === undefined)('attachments', () => {
  let browser: Browser;
  let model: ModelServer;
  let server: RunningServer;
  let site: Server;
  let siteUrl: string;
  let photo: Buffer;
  const visitors: Visitor[] = [];

  async function visit(url: string): Promise<Visitor> {
    const visitor = await newVisitor(browser, url);
    visitors.push(visitor);
    return visitor;
  }

  beforeAll(async () => {
    photo = await png(900, 600);
    browser = await oneBrowser();
    model = await startModelServer({ always: { text: 'I see it.' } });
    site = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(hostPage(server.url));
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    server = await startServer({
      OPENAI_BASE_URL: `${model.url}/v1`,
      OPENAI_API_KEY: 'test',
      MODEL_API: 'responses',
      ALLOWED_ORIGINS: siteUrl,
      ATTACHMENT_MAX_BYTES: '100000',
      VITE_CHATKIT_UPLOAD_STRATEGY: 'two_phase',
    });
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
  });
  afterAll(async () => {
    await server?.close();
    await model.close();
    site.closeAllConnections();
    site.close();
  });

  it('are uploaded, sent, shown, passed to the model, and shown again after a reload', async () => {
    const { page, troubles } = await visit(server.url);
    await page.goto('/');
    ada = { ...ada, email: address('ada') };
    await signUp(page, ada);
    await picker(page).setInputFiles([
      { name: 'beach.png', mimeType: 'image/png', buffer: photo },
      text('notes.md', '# Notes\nThe lighthouse is red.', 'text/markdown'),
    ]);
    await expect.poll(() => drafts(page).locator('progress').count(), patience).toBe(0);
    expect(await drafts(page).count()).toBe(2);
    await composer(page).fill('What is on it?');
    await composer(page).press('Enter');
    await element(page).getByText('I see it.').waitFor();

    expect(await sent(page).count()).toBe(2);
    expect(await isDrawn(sent(page).locator('img'))).toBe(512);
    const asked = model.requests.map(({ body }) => JSON.stringify(body)).find((body) => body.includes('lighthouse'))!;
    expect(asked).toContain('data:image/jpeg;base64,');
    expect(asked).toContain('[Attached file: notes.md (text/markdown)]');

    await page.reload();
    await sent(page).first().waitFor();
    expect(await isDrawn(sent(page).locator('img'))).toBe(512);
    await sent(page).getByRole('button', { name: 'beach.png' }).click();
    await expect.poll(() => isDrawn(element(page).getByRole('dialog').locator('img')), patience).toBe(900);
    await page.keyboard.press('Escape');
    const downloaded = page.waitForEvent('download');
    await sent(page).getByRole('button', { name: 'notes.md' }).click();
    expect((await downloaded).suggestedFilename()).toBe('notes.md');
    expect(troubles).toEqual([]);
  });

  it('are refused in the composer where it knows the limit, and otherwise by the server', async () => {
    const { page } = await visit(server.url);
    await page.goto('/login');
    await page.getByTestId('email').fill(ada.email);
    await page.getByTestId('password').fill(ada.password);
    await page.keyboard.press('Enter');
    await composer(page).waitFor();

    await picker(page).setInputFiles([
      text('drawing.svg', '<svg/>', 'image/svg+xml'),
      text('long.txt', 'x'.repeat(100_001)),
    ]);
    const refusals = element(page).getByRole('alert');
    await expect
      .poll(() => refusals.allTextContents(), patience)
      .toEqual([expect.stringContaining('drawing.svg'), expect.stringContaining('long.txt')]);
    expect(await drafts(page).count()).toBe(0);

    await picker(page).setInputFiles(text('page.txt', '<!doctype html><script>alert(1)</script>'));
    await element(page).locator('[part=attachment].draft.failed').waitFor();
    await element(page).getByRole('button', { name: 'Remove page.txt' }).click();
    await expect.poll(() => drafts(page).count(), patience).toBe(0);
  });

  it('work in a page of another origin, previews included', async () => {
    const { page } = await visit(siteUrl);
    await page.goto('/');
    await composer(page).waitFor();
    await picker(page).setInputFiles({ name: 'beach.png', mimeType: 'image/png', buffer: photo });
    await expect.poll(() => drafts(page).locator('progress').count(), patience).toBe(0);
    expect(await drafts(page).getAttribute('class')).not.toContain('failed');
    await composer(page).fill('And this?');
    await composer(page).press('Enter');
    await element(page).getByText('I see it.').waitFor();
    // The image tag carries neither cookie nor token: the address itself must be enough.
    expect(await isDrawn(sent(page).locator('img'))).toBe(512);
  });
});

/** Somebody's own page with the element in it, signed in by a token. */
const hostPage = (server: string) => `<!doctype html>
<meta charset="utf-8">
<title>Elsewhere</title>
<script src="${server}/chatkit.js"></script>
<openai-chatkit style="display:block;height:600px"></openai-chatkit>
<script type="module">
  const login = await fetch('${server}/api/v1/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(${JSON.stringify({ email: ada.email, password: ada.password })}),
  });
  const { access_token } = await login.json();
  document.querySelector('openai-chatkit').setOptions({
    api: {
      url: '${server}/api/chatkit',
      domainKey: 'local-dev',
      uploadStrategy: { type: 'two_phase' },
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init?.headers, authorization: 'Bearer ' + access_token } }),
    },
    composer: { attachments: { enabled: true } },
  });
</script>`;
