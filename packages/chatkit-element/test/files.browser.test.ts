import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, type TestWindow } from './browser.ts';
import { answering, json, type ScriptedServer, stream, thread, userMessage } from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('files', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
    server.on('threads.create', stream(answering('x', 'Seen.', { create: true })));
    server.on('POST /files', (seen, response) => {
      const name = /filename="([^"]*)"/.exec(String(seen.body))?.[1] ?? '';
      const type = name.endsWith('.png') ? 'image' : 'file';
      return json({ id: `atc_${name}`, type, name, mime_type: 'text/plain' })(seen, response);
    });
  });

  const direct = (limits: object = {}) => ({
    api: { url: '/chatkit', uploadStrategy: { type: 'direct', uploadUrl: '/files' } },
    composer: { attachments: { enabled: true, ...limits } },
  });
  /** What a person does with files from elsewhere, as the browser tells the page. */
  const give = (page: Page, how: 'drop' | 'paste', files: { name: string; type: string; size?: number }[]) =>
    page.evaluate(
      ([how, files]) => {
        const data = new DataTransfer();
        for (const { name, type, size = 3 } of files) data.items.add(new File(['x'.repeat(size)], name, { type }));
        const root = document.querySelector('openai-chatkit')!.shadowRoot!;
        const target = root.querySelector(how === 'paste' ? '.editor' : '.chat')!;
        const common = { bubbles: true, cancelable: true, composed: true };
        if (how === 'paste')
          return target.dispatchEvent(new ClipboardEvent('paste', { ...common, clipboardData: data }));
        target.dispatchEvent(new DragEvent('dragenter', { ...common, dataTransfer: data }));
        target.dispatchEvent(new DragEvent('dragover', { ...common, dataTransfer: data }));
        return target.dispatchEvent(new DragEvent('drop', { ...common, dataTransfer: data }));
      },
      [how, files] as const,
    );
  const sent = () => server.requests.find((request) => request.body?.type === 'threads.create')?.body.params.input;

  it('dropped on the chat and pasted into the message, they are uploaded at once and sent by id', async () => {
    const { page, seen } = await openChat(browser, server, direct());
    // False: the default, which is to open the file in the chat's place, was prevented.
    expect(await give(page, 'drop', [{ name: 'a.txt', type: 'text/plain' }])).toBe(false);
    await page.getByText('a.txt').waitFor();
    expect(await page.getByText('Drop files to attach them').count()).toBe(0);
    expect(await give(page, 'paste', [{ name: 'b.txt', type: 'text/plain' }])).toBe(false);
    await page.getByText('b.txt').waitFor();
    await page.getByRole('button', { name: 'Send message' }).click();
    await page.getByText('Seen.').waitFor();
    expect(sent()).toEqual({ content: [], attachments: ['atc_a.txt', 'atc_b.txt'], inference_options: {} });
    const upload = server.requests.find((request) => request.path === '/files')!;
    expect(upload.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(String(upload.body)).toMatch(/name="file"; filename="a\.txt"[\s\S]*xxx/);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('of a text that is copied with its picture, the text is meant', async () => {
    const { page } = await openChat(browser, server, direct());
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'one two');
      clipboardData.setData('text/html', '<table><tr><td>one</td><td>two</td></tr></table>');
      clipboardData.items.add(new File(['x'], 'image.png', { type: 'image/png' }));
      const editor = document.querySelector('openai-chatkit')!.shadowRoot!.querySelector('.editor')!;
      editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    // A picture alone, as it is copied in a browser, has markup beside it too.
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/html', '<img src="/a.png">');
      clipboardData.items.add(new File(['x'], 'alone.png', { type: 'image/png' }));
      const editor = document.querySelector('openai-chatkit')!.shadowRoot!.querySelector('.editor')!;
      editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await page.getByText('alone.png').waitFor();
    expect(await page.getByText('image.png').count()).toBe(0);
  });

  it('a thread that is locked takes no files in', async () => {
    server.on('threads.get_by_id', json(thread('thr_1', { status: { type: 'locked', reason: 'Done with it.' } })));
    const { page } = await openChat(browser, server, { ...direct(), initialThread: 'thr_1' });
    await page.getByRole('textbox', { name: 'Done with it.' }).waitFor();
    await give(page, 'drop', [{ name: 'a.txt', type: 'text/plain' }]);
    await give(page, 'paste', [{ name: 'b.txt', type: 'text/plain' }]);
    expect(await page.locator('[part=attachment]').count()).toBe(0);
    expect(server.requests.map((request) => request.path)).toEqual(['/chatkit']);
  });

  it('those the page has uploaded are shown by the address it gives; files need attachments to be enabled', async () => {
    const { page } = await openChat(browser, server);
    const pixel = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
    const refused = await page.evaluate(async (preview_url) => {
      const { chat } = window as unknown as TestWindow;
      const attachment = { type: 'image', id: 'i', name: 'a.gif', mime_type: 'image/gif', preview_url };
      await chat.setComposerValue({ attachments: [attachment] });
      return chat
        .setComposerValue({ text: 'x', files: [new File(['x'], 'a.txt')] })
        .catch((error: Error) => error.name);
    }, pixel);
    expect(await page.locator('[part=attachment] img').getAttribute('src')).toBe(pixel);
    expect(refused).toBe('IntegrationError');
    expect(await page.getByRole('textbox').textContent()).toBe('');
  });

  it('while they are held over the chat it says so; without attachments they are none of its business', async () => {
    const { page } = await openChat(browser, server, direct());
    const drag = (type: 'dragenter' | 'dragleave') =>
      page.evaluate((type) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'a.txt'));
        const chat = document.querySelector('openai-chatkit')!.shadowRoot!.querySelector('.chat')!;
        return chat.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }, type);
    await drag('dragenter');
    await page.getByText('Drop files to attach them').waitFor();
    await drag('dragleave');
    await expect.poll(() => page.getByText('Drop files to attach them').count()).toBe(0);
    const { page: without } = await openChat(browser, server);
    expect(await give(without, 'drop', [{ name: 'a.txt', type: 'text/plain' }])).toBe(true);
    expect(await without.getByText('a.txt').count()).toBe(0);
  });

  it('each type has its own limit, extensions count where a type is unknown', async () => {
    const limits = {
      maxSize: { 'image/png': 20, 'image/*': 10, '': 5 },
      accept: { 'image/*': [], 'text/plain': ['.txt', '.log'] },
    };
    const { page } = await openChat(browser, server, direct(limits));
    await give(page, 'drop', [
      { name: 'fits.png', type: 'image/png', size: 20 },
      { name: 'big.gif', type: 'image/gif', size: 11 },
      { name: 'big.txt', type: 'text/plain', size: 6 },
      { name: 'plain.log', type: '', size: 5 },
      { name: 'page.html', type: 'text/html' },
    ]);
    await page.getByText('big.gif is larger than 10 B.').waitFor();
    await page.getByText('big.txt is larger than 5 B.').waitFor();
    await page.getByText('page.html is of a type that is not accepted here.').waitFor();
    await expect
      .poll(async () =>
        page.evaluate(() =>
          (
            document.querySelector('openai-chatkit') as never as {
              getComposerValue(): Promise<{ attachments: { id: string }[] }>;
            }
          )
            .getComposerValue()
            .then(({ attachments }) => attachments.map(({ id }) => id)),
        ),
      )
      .toEqual(['atc_fits.png', 'atc_plain.log']);
  });

  it('one that fails can be tried again or taken out; the message waits for neither for ever', async () => {
    server.once('POST /files', json({ error: { code: 'internal', message: 'No room.' } }, 500));
    const { page } = await openChat(browser, server, direct());
    await give(page, 'drop', [{ name: 'a.txt', type: 'text/plain' }]);
    await page.getByRole('alert').waitFor();
    // A message about a file that nobody gets is not what was meant: it is not sent, and says why.
    await page.getByRole('textbox', { name: 'Message' }).fill('See the file');
    await page.keyboard.press('Enter');
    await page.getByText('Not sent. a.txt could not be uploaded.').waitFor();
    expect(sent()).toBeUndefined();
    await page.getByRole('button', { name: /again/i }).click();
    await page.getByRole('button', { name: /again/i }).waitFor({ state: 'hidden' });
    expect(await page.getByText('Not sent.').count()).toBe(0);
    await page.getByRole('button', { name: 'Send message' }).click();
    await page.getByText('Seen.').waitFor();
    expect(sent().attachments).toEqual(['atc_a.txt']);
  });

  it('one that is refused says so in the server’s own sentence, as text and not for ever', async () => {
    const message = `<b>Only</b> pictures\n are taken here. ${'Sorry. '.repeat(100)}`;
    server.once('POST /files', json({ error: { code: 'file_type', message } }, 415));
    const { page } = await openChat(browser, server, direct());
    await give(page, 'drop', [{ name: 'a.txt', type: 'text/plain' }]);
    const alert = page.getByRole('alert');
    await expect
      .poll(() => alert.textContent())
      .toMatch(/^a\.txt could not be uploaded\. .*again\. <b>Only<\/b> pictures are taken here\. [Sory. ]+…$/);
    expect((await alert.textContent())!.length).toBeLessThan(300);
    // What is no answer of the server's has nothing to add.
    server.once(
      'POST /files',
      (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<p>no'),
    );
    await page.getByRole('button', { name: /again/i }).click();
    await expect.poll(() => alert.textContent()).toMatch(/again\. ?$/);
    await page.getByRole('button', { name: /again/i }).click();
    await expect.poll(() => alert.count()).toBe(0);
  });

  it('that were sent are opened, and images enlarged: by the original where the server gives it', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>';
    server.serve('/small.svg', 'image/svg+xml', svg);
    server.serve('/large.svg', 'image/svg+xml', svg.replace('40', '900'));
    server.serve('/note.txt', 'text/plain', 'nine');
    const item = {
      ...userMessage('Look'),
      attachments: [
        { type: 'image', id: 'atc_p', name: 'beach.png', mime_type: 'image/png', preview_url: '/small.svg' },
        { type: 'file', id: 'atc_f', name: 'note.txt', mime_type: 'text/plain' },
      ],
    };
    const offer = { 'causerie-resume': '1' };
    server.on('threads.get_by_id', json(thread('thr_1', { items: { data: [item], has_more: false } }), 200, offer));
    server.on('GET /chatkit/threads/thr_1/stream', stream([60_000]));
    server.on('GET /chatkit/attachments/atc_p', json({ url: `${server.origin}/large.svg` }));
    server.on('GET /chatkit/attachments/atc_f', json({ url: `${server.origin}/note.txt` }));
    const { page, seen } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByRole('button', { name: 'beach.png' }).click();
    const enlarged = page.getByRole('dialog', { name: 'beach.png' });
    await expect.poll(() => enlarged.getByRole('img').getAttribute('src')).toMatch(/large\.svg$/);
    // As large as it is, not as it stood in the message; the window is smaller.
    await expect.poll(async () => (await enlarged.getByRole('img').boundingBox())?.width).toBeGreaterThan(700);
    await page.keyboard.press('Escape');
    await enlarged.waitFor({ state: 'detached' });
    const opener = page.getByRole('button', { name: 'beach.png' });
    await expect
      .poll(() => opener.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element))
      .toBe(true);
    await page.keyboard.press('Enter');
    await enlarged.getByRole('button', { name: 'Dismiss' }).click();
    await enlarged.waitFor({ state: 'detached' });
    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: 'note.txt' }).click();
    expect((await downloaded).suggestedFilename()).toBe('note.txt');
    // What the server will not give back is said where it was asked for.
    server.on('GET /chatkit/attachments/atc_f', json({ error: { code: 'not_found', message: 'Gone.' } }, 404));
    await page.getByRole('button', { name: 'note.txt' }).click();
    await page.getByRole('alert').waitFor();
    expect(seen.foreign).toEqual([]);
  });

  it('in two phases with POST, the form goes to the address the server named, with its headers', async () => {
    server.on(
      'attachments.create',
      json({
        id: 'atc_1',
        type: 'file',
        name: 'a.txt',
        mime_type: 'text/plain',
        upload_descriptor: { url: '/signed?x=1', method: 'POST', headers: { 'x-signed': 'yes' } },
      }),
    );
    server.on('POST /signed', json({}));
    const { page } = await openChat(browser, server, {
      api: { url: '/chatkit', uploadStrategy: { type: 'two_phase' } },
      composer: { attachments: { enabled: true } },
    });
    await give(page, 'paste', [{ name: 'a.txt', type: 'text/plain' }]);
    await expect.poll(() => server.requests.some((request) => request.path === '/signed?x=1')).toBe(true);
    const [asked, put] = server.requests;
    expect(asked!.body.params).toEqual({ name: 'a.txt', size: 3, mime_type: 'text/plain' });
    expect(put!.headers['x-signed']).toBe('yes');
    expect(String(put!.body)).toContain('filename="a.txt"');
  });
});
