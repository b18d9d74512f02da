import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, noted, openChat, type TestWindow } from './browser.ts';
import { assistantMessage, type ScriptedServer, stream, threadWith, userMessage } from './scripted-server.ts';
import { onStage } from './stage.ts';

/** Entities in answers and in the message being written, with the values of OpenAI's sample front ends. */
describe.skipIf(!hasChromium)('entities', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const opens = (...items: object[]) => server.on('threads.get_by_id', threadWith(...items));

  const station = { type: 'station', station_id: 'cinderia', name: 'Cinderia', stops: 4, lines: ['red', 'blue'] };
  const source = {
    type: 'entity',
    id: 'cinderia',
    icon: 'map-pin',
    title: 'Cinderia',
    description: 'Terminus of the red line',
    interactive: true,
    label: 'Station',
    data: station,
  };
  const cited = (...sources: object[]) =>
    assistantMessage(
      'Start in Cinderia.',
      'a',
      sources.map((each) => ({ type: 'annotation', index: 17, source: each })),
    );

  /** Opens a chat whose page notes what it is asked about entities. `preview`: it has one of each. */
  async function entityChat(items: object[], preview = false): Promise<Page> {
    opens(...items);
    const { page } = await openChat(browser, server);
    await page.evaluate(async (hasPreview) => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      const found = [
        {
          id: 'cinderia',
          title: 'Cinderia',
          icon: 'map-pin',
          interactive: true,
          group: 'Stations',
          data: { type: 'station', station_id: 'cinderia' },
        },
        { id: 'lyra', title: 'Lyra Verge', interactive: true, group: 'Stations' },
      ];
      w.chat.setOptions({
        api: { url: '/chatkit' },
        entities: {
          onTagSearch: async (query: string) => found.filter(({ id }) => id.startsWith(query)),
          onClick: (entity: object) => w.toolCalls.push(['click', entity]),
          ...(hasPreview && {
            onRequestPreview: async (entity: object) => {
              w.toolCalls.push(['preview', entity]);
              return { preview: { type: 'Basic', children: [{ type: 'Text', value: 'Two platforms' }] } };
            },
          }),
        },
      });
      await w.chat.setThreadId('thr_1');
    }, preview);
    return page;
  }
  const entity = { id: 'cinderia', title: 'Cinderia', interactive: true, data: station, icon: 'map-pin' };

  it('an inline mark is its icon, says what it is on hover, and gives its data as it was sent', async () => {
    const page = await entityChat([userMessage('How?', 'u'), cited(source)]);
    const mark = page.getByRole('button', { name: 'Source 1: Cinderia' });
    await mark.locator('svg.ck-icon').waitFor();
    expect(await mark.textContent()).toBe('');
    await mark.hover();
    const card = page.getByRole('region', { name: 'Preview of Cinderia' });
    for (const words of ['Station', 'Cinderia', 'Terminus of the red line'])
      await card.getByText(words, { exact: true }).waitFor();
    expect(await card.locator('svg').count()).toBe(1);
    await mark.click();
    expect(await noted(page)).toEqual([['click', entity]]);
  });

  it('the page’s own preview takes the place of that, and an inline label that of the icon’s silence', async () => {
    const page = await entityChat([userMessage('How?', 'u'), cited({ ...source, inline_label: 'CIN' })], true);
    const mark = page.getByRole('button', { name: 'Source 1: Cinderia' });
    await expect.poll(() => mark.textContent()).toBe('CIN');
    await mark.focus();
    await page.getByRole('region', { name: 'Preview of Cinderia' }).getByText('Two platforms').waitFor();
    expect(await noted(page)).toEqual([['preview', entity]]);
  });

  it('one that is not interactive tells people what it is, and the page nothing', async () => {
    const page = await entityChat([userMessage('How?', 'u'), cited({ ...source, interactive: false })], true);
    const mark = page.getByRole('button', { name: 'Source 1: Cinderia' });
    await mark.click();
    await page.getByRole('region', { name: 'Preview of Cinderia' }).getByText('Terminus of the red line').waitFor();
    expect(await noted(page)).toEqual([]);
  });

  it('a tag in the composer has its icon, click and preview; its data goes out as it came', async () => {
    server.on('threads.add_user_message', (seen, response) => {
      const stored = { ...userMessage('', 'u'), content: seen.body.params.input.content };
      return stream([
        { type: 'thread.item.done', item: stored },
        { type: 'thread.item.done', item: assistantMessage('Five stops.') },
      ])(seen, response);
    });
    const page = await entityChat([], true);
    const editor = page.getByRole('textbox', { name: 'Message' });
    await editor.click();
    await page.keyboard.type('From @cin');
    await page.getByRole('option', { name: 'Cinderia' }).waitFor();
    await page.keyboard.press('Enter');
    const tag = editor.getByRole('button', { name: '@Cinderia' });
    await tag.locator('svg.ck-icon').waitFor();
    await tag.hover();
    await page.getByText('Two platforms').waitFor();
    await tag.click();
    await page.mouse.move(1, 1);
    await page.getByText('Two platforms').waitFor({ state: 'hidden' });
    // The caret is where it was.
    await page.keyboard.type('to @lyra');
    await page.getByRole('option', { name: 'Lyra Verge' }).waitFor();
    expect(await page.locator('.suggestions .menu-icon').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.keyboard.type('?');
    await expect
      .poll(async () => (await editor.textContent())?.replaceAll('\u00a0', ' '))
      .toBe('From @Cinderia to @Lyra Verge?');
    await page.keyboard.press('Enter');
    await page.getByText('Five stops.', { exact: true }).waitFor();
    expect(server.requests.at(-1)!.body.params.input.content).toEqual([
      { type: 'input_text', text: 'From ' },
      {
        type: 'input_tag',
        id: 'cinderia',
        text: 'Cinderia',
        group: 'Stations',
        interactive: true,
        data: { type: 'station', station_id: 'cinderia' },
      },
      { type: 'input_text', text: ' to ' },
      { type: 'input_tag', id: 'lyra', text: 'Lyra Verge', group: 'Stations', interactive: true, data: {} },
      { type: 'input_text', text: '?' },
    ]);
    expect(await noted(page)).toMatchObject([
      ['preview', { id: 'cinderia', icon: 'map-pin' }],
      ['click', { id: 'cinderia', data: { type: 'station', station_id: 'cinderia' } }],
    ]);
    await page.locator('.bubble .ck-icon').first().waitFor();
  });
});
