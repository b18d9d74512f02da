import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, type TestWindow } from './browser.ts';
import { assistantMessage, json, type ScriptedServer, thread, userMessage } from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('what goes in by voice and out on paper', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  /** A chat that takes dictation, on a page that may listen. */
  async function openDictation(where: Browser | BrowserContext = browser) {
    const chat = await openChat(where, server, { composer: { dictation: { enabled: true } } });
    await chat.page.context().grantPermissions(['microphone']);
    return chat;
  }

  it('dictation records, sends real audio, and puts the words behind those that are there', async () => {
    server.on('input.transcribe', json({ text: ' spoken words ' }));
    const { page, seen } = await openDictation();
    await page.evaluate(() => (window as unknown as TestWindow).chat.setComposerValue({ text: 'Written and' }));
    await page.getByRole('button', { name: 'Dictate' }).click();
    // Something has to be heard first: its clock shows that the recording runs.
    await page.getByRole('group', { name: 'Recording' }).getByText('0:01').waitFor();
    await page.getByRole('button', { name: 'Finish dictation' }).click();
    await expect.poll(() => page.getByRole('textbox').textContent()).toBe('Written and spoken words');
    const { audio_base64, mime_type } = server.requests[0]!.body.params;
    expect(mime_type).toBe('audio/webm;codecs=opus');
    const audio = Buffer.from(audio_base64, 'base64');
    // The first bytes of every WebM file.
    expect(audio.subarray(0, 4).toString('hex')).toBe('1a45dfa3');
    expect(audio.length).toBeGreaterThan(400);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('cancelling sends nothing; a server that understands nothing says so', async () => {
    server.on('input.transcribe', json({ error: { code: 'bad_audio', message: 'Nothing was heard.' } }, 400));
    const { page } = await openDictation();
    await page.getByRole('button', { name: 'Dictate' }).click();
    await page.getByRole('button', { name: 'Cancel dictation' }).click();
    await page.getByRole('button', { name: 'Dictate' }).click();
    await page.getByRole('button', { name: 'Finish dictation' }).click();
    await page.getByRole('alert').getByText('Nothing was heard.').waitFor();
    expect(server.requests).toHaveLength(1);
    await page.getByRole('button', { name: 'Dictate' }).waitFor();
  });

  it('a recording is seen to run: for how long, and how loud it is', async () => {
    const { page } = await openDictation();
    await page.getByRole('button', { name: 'Dictate' }).click();
    const running = page.getByRole('group', { name: 'Recording' });
    await running.getByText('0:01').waitFor();
    // The browser's false microphone beeps.
    await expect
      .poll(() =>
        running
          .locator('i')
          .evaluateAll((bars) =>
            Math.max(...bars.map((bar) => Number((bar as HTMLElement).style.getPropertyValue('--level')))),
          ),
      )
      .toBeGreaterThan(0.2);
    expect(await page.getByRole('button', { name: 'Dictate', exact: true }).count()).toBe(0);
    await running.getByRole('button', { name: 'Cancel dictation' }).click();
    await running.waitFor({ state: 'detached' });
    expect(server.requests).toEqual([]);
  });

  it('the microphone stands only where it works', async () => {
    const { page } = await openDictation();
    server.on('input.transcribe', json({ error: { code: 'not_configured', message: 'Not set up for that.' } }, 503));
    await page.getByRole('button', { name: 'Dictate' }).click();
    await page.getByRole('button', { name: 'Finish dictation' }).click();
    await page.getByRole('alert').getByText('Not set up for that.').waitFor();
    expect(await page.getByRole('button', { name: 'Dictate' }).count()).toBe(0);
    await page.getByRole('textbox').click();
    await page.keyboard.type('a');
    await page.getByText('Not set up for that.').waitFor({ state: 'detached' });

    const context = await browser.newContext();
    await context.addInitScript(() => Reflect.deleteProperty(window, 'MediaRecorder'));
    const { page: other } = await openDictation(context);
    await other.getByRole('button', { name: 'Send message' }).waitFor();
    expect(await other.getByRole('button', { name: 'Dictate' }).count()).toBe(0);
  });

  it('a microphone that is refused is explained', async () => {
    const { page } = await openDictation();
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await page.getByRole('button', { name: 'Dictate' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Dictate' }).waitFor();
  });

  const long = Array.from({ length: 60 }, (_, i) =>
    i % 2 ? assistantMessage(`Answer **${i}**.`, `i${i}`) : userMessage(`Question ${i}`, `i${i}`),
  );
  const opens = (items: object[]) =>
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { title: 'Ponts & “rives” / 2', items: { data: items, has_more: false } })),
    );

  it('export writes what was said, by whom, in a file named after the thread', async () => {
    opens([
      {
        ...userMessage('What is it?'),
        quoted_text: 'two\nlines',
        attachments: [{ id: 'f', type: 'file', name: 'a.txt', mime_type: 'text/plain' }],
      },
      assistantMessage('A **bridge**.', 'a1'),
      { id: 'h', type: 'hidden_context_item', content: 'SECRET' },
      { id: 'w', type: 'widget', widget: { type: 'Card', children: [] }, copy_text: 'A card' },
      { id: 'g', type: 'generated_image', image: { id: 'i', url: 'https://a.example/i.png' } },
    ]);
    server.serve('/chatkit/none', 'text/plain', '');
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('bridge').waitFor();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Export as Markdown' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('Ponts rives 2.md');
    expect(await readFile(await file.path(), 'utf8')).toBe(
      '# Ponts & “rives” / 2\n\n## You\n\n> two\n> lines\n\nWhat is it?\n\n[a.txt]\n\n## Assistant\n\nA **bridge**.\n\nA card\n\n![](https://a.example/i.png)\n',
    );
  });

  it('print draws the whole conversation, nothing but it, and goes back to what was on the screen', async () => {
    opens(long);
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Answer 59.').waitFor();
    const drawn = () => page.getByRole('article').count();
    const before = await drawn();
    expect(before).toBeLessThan(60);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      window.print = () => w.toolCalls.push(w.chat.shadowRoot!.querySelectorAll('article').length);
    });
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Print' }).click();
    await expect.poll(() => page.evaluate(() => (window as unknown as TestWindow).toolCalls)).toEqual([60]);
    await expect.poll(drawn).toBe(before);
    await page.emulateMedia({ media: 'print' });
    const printed = await page.evaluate(() => {
      const root = (window as unknown as TestWindow).chat.shadowRoot!;
      const shown = (selector: string) => getComputedStyle(root.querySelector(selector)!).display !== 'none';
      const thread = root.querySelector('.thread')!.getBoundingClientRect();
      const chat = (window as unknown as TestWindow).chat.getBoundingClientRect();
      return {
        composer: shown('.foot'),
        buttons: shown('.header-side') || shown('.actions') || shown('.user-actions'),
        title: shown('.header-title'),
        // The element is as long as what is in it: nothing is cut off.
        cut: Math.max(0, Math.round(thread.bottom - chat.bottom)),
      };
    });
    expect(printed).toEqual({ composer: false, buttons: false, title: true, cut: 0 });
  });
});
