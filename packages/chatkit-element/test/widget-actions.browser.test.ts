import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, type TestWindow, told } from './browser.ts';
import { assistantMessage, json, type ScriptedServer, stream, thread, widgetItem } from './scripted-server.ts';
import { onStage } from './stage.ts';

const card = (title: string) =>
  widgetItem(
    {
      type: 'Card',
      children: [
        { type: 'Title', value: title },
        { type: 'Button', label: 'Server', onClickAction: { type: 'go', payload: { n: 1 } } },
        { type: 'Button', label: 'Page', onClickAction: { type: 'open', handler: 'client', payload: { n: 2 } } },
        { type: 'Button', label: 'Sync', onClickAction: { type: 'save', streaming: false } },
        { type: 'Hologram', beam: true },
      ],
    },
    'w1',
  );

describe.skipIf(!hasChromium)('widgets in the conversation', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
    server.on('threads.get_by_id', json(thread('thr_1', { items: { data: [card('Trip')], has_more: false } })));
  });

  it('their part is loaded when the first one comes; actions go where they say', async () => {
    server.on('threads.custom_action', stream([{ type: 'thread.item.done', item: assistantMessage('Gone.') }]));
    server.on('threads.sync_custom_action', json({ updated_item: card('Saved') }));
    const { page, seen } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.registerComponent('Hologram', () =>
        Object.assign(document.createElement('b'), { textContent: 'Drawn by the page' }),
      );
      w.chat.setOptions({
        api: { url: '/chatkit' },
        widgets: { onAction: async (action: object, item: { id: string }) => void w.toolCalls.push([action, item.id]) },
      });
      return w.chat.setThreadId('thr_1');
    });
    await page.getByText('Drawn by the page').waitFor();
    await page.getByRole('button', { name: 'Server' }).click();
    await page.getByText('Gone.').waitFor();
    expect(server.requests.at(-1)!.body.params).toEqual({
      thread_id: 'thr_1',
      item_id: 'w1',
      action: { type: 'go', payload: { n: 1 } },
    });
    await page.getByRole('button', { name: 'Page', exact: true }).click();
    await expect
      .poll(() => page.evaluate(() => (window as unknown as TestWindow).toolCalls))
      .toEqual([[{ type: 'open', payload: { n: 2 } }, 'w1']]);
    await page.getByRole('button', { name: 'Sync' }).click();
    await page.getByText('Saved').waitFor();
    expect(seen).toEqual({ foreign: [], violations: [], errors: [] });
  });

  it('what goes wrong with an action is told once', async () => {
    server.on('threads.custom_action', json({ error: { code: 'internal', message: 'No.' } }, 500));
    server.on('threads.sync_custom_action', json({ error: { code: 'internal', message: 'No.' } }, 500));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    const errors = async () => (await told(page)).filter(([name]) => name === 'error');
    await page.getByRole('button', { name: 'Server' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Server', disabled: false }).waitFor();
    expect(await errors()).toEqual([['error', { error: 'ApiError' }]]);
    await page.getByRole('button', { name: 'Sync' }).click();
    await expect.poll(async () => (await errors()).length).toBe(2);
    await page.getByRole('button', { name: 'Page', exact: true }).click();
    await expect.poll(errors).toEqual([
      ['error', { error: 'ApiError' }],
      ['error', { error: 'ApiError' }],
      ['error', { error: 'IntegrationError' }],
    ]);
  });

  it('a textarea that was filled by the server keeps to its pattern too', async () => {
    server.on('threads.custom_action', stream([{ type: 'thread.item.done', item: assistantMessage('Taken.') }]));
    const widget = {
      type: 'Card',
      asForm: true,
      confirm: { label: 'Save', action: { type: 'save' } },
      children: [{ type: 'Textarea', name: 'code', pattern: '[a-z]+', defaultValue: 'ABC' }],
    };
    const data = [{ ...card('Trip'), widget }];
    server.on('threads.get_by_id', json(thread('thr_1', { items: { data, has_more: false } })));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    const field = page.getByRole('textbox', { name: 'Code' });
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await field.evaluate((area: HTMLTextAreaElement) => area.validity.customError)).toBe(true);
    await field.fill('abc');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Taken.').waitFor();
    const sent = server.requests.filter(({ body }) => body.type === 'threads.custom_action');
    expect(sent.map(({ body }) => body.params.action)).toEqual([{ type: 'save', payload: { code: 'abc' } }]);
  });

  it('in Arabic everything runs from right to left', async () => {
    const { page } = await openChat(browser, server, { locale: 'ar', initialThread: 'thr_1' });
    await page.getByText('Trip').waitFor();
    expect(await page.locator('.chat').getAttribute('dir')).toBe('rtl');
    expect(server.requests[0]!.headers['accept-language']).toBe('ar');
  });
});
