import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat } from './browser.ts';
import { assistantMessage, json, type ScriptedServer, thread, userMessage } from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('a narrow or low place, and very long words', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
    const data = [
      {
        ...userMessage('x'.repeat(90), 'u1'),
        quoted_text: long,
        attachments: [{ type: 'file', id: 'f', name: `${long}.pdf`, mime_type: 'application/pdf' }],
        content: [{ type: 'input_tag', id: '1', text: long, data: {} }],
      },
      {
        id: 'w',
        type: 'workflow',
        workflow: {
          type: 'custom',
          expanded: true,
          summary: { title: long },
          tasks: [
            {
              type: 'web_search',
              title: long,
              queries: [long],
              sources: [{ type: 'url', url: 'https://a.example/', title: long, attribution: long }],
            },
          ],
        },
      },
      assistantMessage('Hello', 'a', [
        { type: 'annotation', index: 5, source: { type: 'entity', id: 'e', title: 'E', inline_label: long } },
      ]),
      {
        id: 'q',
        type: 'structured_input',
        status: 'answered',
        inputs: [{ type: 'freeform', id: '1', question: long, answer: { values: [long] } }],
      },
      { id: 'i', type: 'generated_image', image: { id: 'x', url: `https://elsewhere.example/${long}` } },
    ];
    server.on('threads.get_by_id', json(thread('thr_1', { title: long, items: { data, has_more: false } })));
    server.on('threads.list', json({ data: [thread('thr_1', { title: long })], has_more: false }));
  });

  const long = `Donaudampfschifffahrt ${'gesellschaft'.repeat(12)}`;
  const options = {
    initialThread: 'thr_1',
    composer: {
      placeholder: long,
      dictation: { enabled: true },
      tools: [
        { id: 'p', label: long, icon: 'search', pinned: true },
        ...Array.from({ length: 12 }, (_, n) => ({ id: `t${n}`, label: `${n} ${long}`, icon: 'globe' })),
      ],
      models: [{ id: 'm', label: long, description: long }],
    },
    disclaimer: { text: long },
  };
  /** What of the chat is drawn beyond its sides. What is cut off on purpose, with an ellipsis, does not count. */
  const outside = (page: Page) =>
    page.evaluate(() => {
      const root = document.querySelector('openai-chatkit')!.shadowRoot!;
      const sticksOut = (element: Element): boolean => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 1 && (right > innerWidth + 1 || left < -1);
      };
      const isCut = (element: Element): boolean => {
        for (let box = element.parentElement; box && !box.matches('.scroller, .chat'); box = box.parentElement)
          if (getComputedStyle(box).overflowX !== 'visible') return true;
        return false;
      };
      return [...root.querySelectorAll('.chat *')]
        .filter((element) => sticksOut(element) && !isCut(element))
        .map((element) => element.getAttribute('class'));
    });

  it.each(['en', 'ar'])('in 320 pixels nothing sticks out (%s)', async (locale) => {
    const { page } = await openChat(browser, server, { ...options, locale }, { viewport: { width: 320, height: 640 } });
    await page.locator('[part=image]').waitFor();
    expect(await outside(page)).toEqual([]);
    // The button that sends stands at the end, however many lines the others take.
    const { left, right } = await page
      .locator('[part=send-button]')
      .evaluate((button) => button.getBoundingClientRect().toJSON());
    expect(locale === 'ar' ? left : 320 - right).toBeLessThan(30);
  });

  it.each([
    { width: 320, height: 640 },
    { width: 700, height: 340 },
  ])('menus stay on the screen, whole or scrolling (%o)', async (viewport) => {
    const { page } = await openChat(browser, server, options, { viewport });
    await page.locator('[part=image]').waitFor();
    for (const part of ['add-button', 'model-button']) {
      await page.locator(`[part=${part}]`).click();
      const menu = page.getByRole('menu');
      const box = (await menu.boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
      expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
      await page.keyboard.press('Escape');
      await expect.poll(() => menu.count()).toBe(0);
    }
  });

  it('in widgets long labels make room for short ones, and words keep the direction of their script', async () => {
    const card = {
      type: 'Card',
      size: 'sm',
      status: { text: 'Status', favicon: 'https://elsewhere.example/icon.png' },
      children: [
        {
          type: 'Row',
          children: [
            { type: 'Badge', label: long },
            { type: 'Badge', label: 'New' },
          ],
        },
        {
          type: 'Row',
          children: [
            { type: 'Col', children: [{ type: 'Text', value: long }] },
            { type: 'Badge', label: 'Late' },
          ],
        },
        {
          type: 'Row',
          children: [
            { type: 'Button', label: long },
            { type: 'Button', label: 'No' },
          ],
        },
        { type: 'Text', value: 'Latin, here.', truncate: true },
        { type: 'Text', value: 'To the end.', textAlign: 'end' },
        { type: 'Select', name: 's', clearable: true, defaultValue: 'v', options: [{ value: 'v', label: long }] },
        { type: 'Chart', data: [{ x: 'a', y: 1 }], series: [{ type: 'bar', dataKey: 'y', label: long }], xAxis: 'x' },
      ],
    };
    const data = [{ id: 'w', type: 'widget', thread_id: 'thr_1', created_at: '2026-01-01T00:00:00Z', widget: card }];
    server.on('threads.get_by_id', json(thread('thr_1', { items: { data, has_more: false } })));
    const { page } = await openChat(
      browser,
      server,
      { initialThread: 'thr_1', locale: 'ar' },
      { viewport: { width: 320, height: 900 } },
    );
    await page.locator('.ck-legend-item').waitFor();
    expect(await outside(page)).toEqual([]);
    const cut = (words: string) =>
      page.getByText(words, { exact: true }).evaluate((box) => box.scrollWidth - box.clientWidth);
    for (const words of ['New', 'Late', 'No']) expect(await cut(words)).toBeLessThanOrEqual(0);
    const look = (words: string) =>
      page.getByText(words).evaluate((box) => {
        const [own, around] = [document.createRange(), box.parentElement!.getBoundingClientRect()];
        own.selectNodeContents(box);
        const { left, right } = own.getBoundingClientRect();
        return [getComputedStyle(box).direction, around.right - right < left - around.left ? 'right' : 'left'];
      });
    expect(await look('Latin, here.')).toEqual(['ltr', 'right']);
    expect(await look('To the end.')).toEqual(['ltr', 'left']);
    // A picture that is not there leaves no gap.
    await expect.poll(() => page.locator('.ck-favicon').count()).toBe(0);
    const [text, clear] = await Promise.all(
      ['.ck-trigger-text', '.ck-clear'].map(async (part) => (await page.locator(part).boundingBox())!),
    );
    expect(clear!.x + clear!.width).toBeLessThanOrEqual(text!.x + 1);
  });
});
