import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, noted, openChat, say, type TestWindow } from './browser.ts';
import {
  answering,
  assistantMessage,
  json,
  type ScriptedServer,
  stream,
  threadWith,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

describe.skipIf(!hasChromium)('an answer in the chat', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const opens = (...items: object[]) => server.on('threads.get_by_id', threadWith(...items));

  it('retry asks for the message the answer belongs to, and drops what came after it', async () => {
    opens(
      userMessage('One?', 'u1'),
      assistantMessage('One.', 'a1'),
      userMessage('Two?', 'u2'),
      assistantMessage('Two.', 'a2'),
    );
    server.on(
      'threads.retry_after_item',
      stream([{ type: 'thread.item.done', item: assistantMessage('One again.', 'a3') }]),
    );
    const { page } = await openChat(browser, server, { initialThread: 'thr_1', threadItemActions: { retry: true } });
    await page.getByText('One.', { exact: true }).hover();
    await page.locator('[part=retry-button]').first().click();
    await page.getByText('One again.').waitFor();
    expect(server.requests.at(-1)!.body.params).toEqual({ thread_id: 'thr_1', item_id: 'u1' });
    expect(await page.getByRole('article').allInnerTexts()).toHaveLength(2);
    expect(await page.getByText('Two').count()).toBe(0);
  });

  it('feedback of an earlier turn names its own items, and is taken back when the server refuses it', async () => {
    opens(
      userMessage('One?', 'u1'),
      assistantMessage('One.', 'a1'),
      assistantMessage('More.', 'a1b'),
      userMessage('Two?', 'u2'),
      assistantMessage('Two.', 'a2'),
    );
    server.on('items.feedback', json({ error: { code: 'internal', message: 'No.' } }, 500));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1', threadItemActions: { feedback: true } });
    await page.getByText('More.', { exact: true }).hover();
    const bad = page.getByRole('button', { name: 'Bad answer' }).first();
    await bad.click();
    await expect
      .poll(() => server.requests.at(-1)!.body.params)
      .toEqual({ thread_id: 'thr_1', item_ids: ['a1', 'a1b'], kind: 'negative' });
    await expect.poll(() => bad.getAttribute('aria-pressed')).toBe('false');
  });

  it('an image grows from nothing over a progress to a picture', async () => {
    const gates = [0, 1, 2].map(() => {
      let open = () => {};
      const passed = new Promise<void>((resolve) => {
        open = resolve;
      });
      return { open, passed };
    });
    const image = (more: object) => ({
      id: 'img',
      type: 'generated_image',
      thread_id: 'thr_1',
      created_at: 'x',
      ...more,
    });
    server.serve('/i.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
    server.on(
      'threads.create',
      stream([
        ...answering('x', '', { create: true }).slice(0, 3),
        { type: 'thread.item.added', item: image({}) },
        () => gates[0]!.passed,
        { type: 'thread.item.updated', item_id: 'img', update: { type: 'generated_image.updated', progress: 0.5 } },
        () => gates[1]!.passed,
        { type: 'thread.item.done', item: image({ image: { id: 'i', url: '/i.svg' } }) },
      ]),
    );
    const { page, seen } = await openChat(browser, server);
    await say(page, 'x');
    const progress = page.getByRole('progressbar', { name: 'Making the image' });
    await progress.waitFor();
    expect(await progress.getAttribute('value')).toBeNull();
    gates[0]!.open();
    await expect.poll(() => progress.getAttribute('value')).toBe('0.5');
    gates[1]!.open();
    const picture = page.getByRole('img', { name: 'Generated image' });
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(8);
    expect(await progress.count()).toBe(0);
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('tags: previewed on focus, once; clicked; sources that are entities too', async () => {
    const tag = {
      type: 'input_tag',
      id: 'g',
      text: 'Gauge',
      interactive: true,
      group: 'G',
      data: { icon: 'maps', code: 'F7' },
    };
    const source = { type: 'entity', id: 'e', title: 'Entity', group: 'H', interactive: true, data: { n: 1 } };
    opens(
      { ...userMessage('', 'u'), content: [tag] },
      assistantMessage('Cited.', 'a', [{ type: 'annotation', index: 5, source }]),
    );
    const { page } = await openChat(browser, server);
    await page.evaluate(async () => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.setOptions({
        api: { url: '/chatkit' },
        entities: {
          onClick: (entity: object) => w.toolCalls.push(['click', entity]),
          onRequestPreview: async (entity: { id: string }) => {
            w.toolCalls.push(['preview', entity.id]);
            return { preview: { type: 'Basic', children: [{ type: 'Text', value: 'One metre twelve' }] } };
          },
        },
      });
      await w.chat.setThreadId('thr_1');
    });
    const button = page.getByRole('button', { name: '@Gauge' });
    await button.focus();
    await page.getByRole('region', { name: /Gauge/ }).getByText('One metre twelve').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('One metre twelve').waitFor({ state: 'hidden' });
    await button.hover();
    await page.getByText('One metre twelve').waitFor();
    await button.click();
    await page.getByText('1 source').click();
    await page.locator('details').getByRole('button', { name: 'Entity' }).click();
    const calls = await noted(page);
    expect(calls[0]).toEqual(['preview', 'g']);
    await page
      .getByRole('region', { name: /Entity/ })
      .getByText('One metre twelve')
      .waitFor();
    expect((await noted(page)).filter(([kind]) => kind === 'preview')).toEqual([
      ['preview', 'g'],
      ['preview', 'e'],
    ]);
    expect(calls.filter(([kind]) => kind === 'click').map(([, entity]) => entity)).toMatchObject([
      { id: 'g', title: 'Gauge', icon: 'maps', group: 'G', interactive: true },
      { id: 'e', title: 'Entity', group: 'H', interactive: true },
    ]);
  });

  it('feedback names all items of the turn, and copy works on both sides', async () => {
    server.on(
      'threads.create',
      stream([
        ...answering('x', 'One.', { create: true, id: 'a1' }),
        { type: 'thread.item.done', item: assistantMessage('Two.', 'a2') },
      ]),
    );
    server.on('items.feedback', json({}));
    const { page } = await openChat(browser, server, { threadItemActions: { feedback: true, retry: true } });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await say(page, 'x');
    await page.getByRole('button', { name: 'Good answer' }).click();
    await expect
      .poll(() => server.requests.at(-1)!.body.params)
      .toEqual({ thread_id: 'thr_1', item_ids: ['a1', 'a2'], kind: 'positive' });
    await page.getByRole('button', { name: 'Copy' }).last().click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('One.\n\nTwo.');
    await page.locator('.user').hover();
    await page.locator('.user').getByRole('button', { name: 'Copy' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('x');
  });
});
