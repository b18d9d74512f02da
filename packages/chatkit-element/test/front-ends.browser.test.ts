import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasChromium, openChat, plainPage, say, type TestWindow, told } from './browser.ts';
import {
  answering,
  assistantMessage,
  delta,
  json,
  type ScriptedServer,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

/** What OpenAI's sample front ends and starter app ask of the element, with the values they ask with. */
describe.skipIf(!hasChromium)('front ends that nobody here wrote', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const opens = (...items: object[]) =>
    server.on('threads.get_by_id', json(thread('thr_1', { title: 'One', items: { data: items, has_more: false } })));

  const starter = (scheme: string) => ({
    colorScheme: scheme,
    color: {
      grayscale: { hue: 220, tint: 6, shade: scheme === 'dark' ? -1 : -4 },
      accent: { primary: scheme === 'dark' ? '#f1f5f9' : '#0f172a', level: 1 },
    },
    radius: 'round',
  });
  const metroDark = {
    colorScheme: 'dark',
    color: { surface: { background: '#0d1117', foreground: '#1d222b' }, accent: { primary: '#0ea5e9', level: 1 } },
  };

  describe('the theme', () => {
    type Colour = [number, number, number];
    /** What the reader sees of one property of an element, as sRGB, 0 to 255. */
    const colourOf = (page: Page, selector: string, property: string): Promise<Colour> =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => {
          const context = new OffscreenCanvas(1, 1).getContext('2d')!;
          context.fillStyle = getComputedStyle(element).getPropertyValue(name);
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3) as Colour;
        }, property);
    const contrast = (a: Colour, b: Colour) => {
      const [low, high] = [a, b]
        .map((colour) => {
          const [r, g, b] = colour.map((part) => {
            const value = part / 255;
            return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          }) as Colour;
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        })
        .sort((x, y) => x - y) as [number, number];
      return (high + 0.05) / (low + 0.05);
    };

    async function shown(theme: object): Promise<Page> {
      opens(userMessage('Hello', 'u'), assistantMessage('It is `long`.\n\n```js\nlet a = 1;\n```\n', 'a'));
      const { page } = await openChat(browser, server, { theme, initialThread: 'thr_1' });
      await page.getByText('Hello', { exact: true }).waitFor();
      return page;
    }

    const restyle = (page: Page, theme: object) =>
      page.evaluate(
        (given) => (window as unknown as TestWindow).chat.setOptions({ api: { url: '/chatkit' }, theme: given }),
        theme,
      );

    test('everything can be read, whatever a front end means by its colours', async () => {
      const page = await shown({});
      for (const theme of [
        {},
        starter('light'),
        starter('dark'),
        metroDark,
        { color: { surface: { background: '#ffffff', foreground: '#ffffff' } } },
        { color: { surface: { background: '#111827', foreground: '#1f2937' } } },
        { color: { surface: { background: '#f6f0e4', foreground: '#2b2118' } } },
      ]) {
        await restyle(page, theme);
        for (const [words, ground] of [
          ['.assistant', 'openai-chatkit'],
          ['.bubble', '.bubble'],
          ['.editor', '.composer'],
          ['.markdown code', '.markdown code'],
        ] as const) {
          const ratio = contrast(
            await colourOf(page, words, 'color'),
            await colourOf(page, ground, 'background-color'),
          );
          expect(ratio, `${JSON.stringify(theme)} ${words}`).toBeGreaterThan(7);
        }
      }
    });

    test('a foreground is the text where it can be read on its background, else the raised surface', async () => {
      const page = await shown(metroDark);
      expect(await colourOf(page, 'openai-chatkit', 'background-color')).toEqual([0x0d, 0x11, 0x17]);
      expect(await colourOf(page, '.composer', 'background-color')).toEqual([0x1d, 0x22, 0x2b]);
      await restyle(page, { color: { surface: { background: '#f6f0e4', foreground: '#2b2118' } } });
      expect(await colourOf(page, '.assistant', 'color')).toEqual([0x2b, 0x21, 0x18]);
    });

    test('colours of the page itself serve as surfaces, wherever the element is put later', async () => {
      const page = await shown({});
      await page.evaluate(() => {
        const { chat } = window as unknown as TestWindow;
        document.body.style.cssText = '--ground:#101418;--front:oklch(0.27 0.01 250)';
        chat.remove();
        chat.setOptions({
          api: { url: '/chatkit' },
          theme: {
            colorScheme: 'dark',
            color: { surface: { background: 'var(--ground)', foreground: 'var(--front)' } },
          },
        });
        document.body.append(chat);
      });
      const ground = await colourOf(page, 'openai-chatkit', 'background-color');
      expect(ground).toEqual([0x10, 0x14, 0x18]);
      expect(contrast(await colourOf(page, '.editor', 'color'), ground)).toBeGreaterThan(7);
    });

    test('hue 220 with tint 6 is blue-grey; without grayscale the ground is white, and #1c1c1c in the dark', async () => {
      const page = await shown({});
      expect(await colourOf(page, 'openai-chatkit', 'background-color')).toEqual([255, 255, 255]);
      await restyle(page, { colorScheme: 'dark' });
      expect(await colourOf(page, 'openai-chatkit', 'background-color')).toEqual([0x1c, 0x1c, 0x1c]);
      for (const scheme of ['light', 'dark']) {
        await restyle(page, starter(scheme));
        for (const [part, property] of [
          ['openai-chatkit', 'background-color'],
          ['.bubble', 'background-color'],
          ['.assistant', 'color'],
          ['.composer', 'border-top-color'],
        ] as const) {
          const [red, green, blue] = await colourOf(page, part, property);
          expect([blue - green >= 0, green - red >= 0], `${part} ${[red, green, blue]}`).toEqual([true, true]);
        }
        const [red, , blue] = await colourOf(page, '.bubble', 'background-color');
        expect(blue - red).toBeGreaterThan(3);
      }
    });

    test('radius "sharp" rounds nothing but what is round by nature', async () => {
      opens(
        userMessage('Hello', 'u'),
        assistantMessage('It is `long`.\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n', 'a'),
        {
          id: 'w',
          thread_id: 'thr_1',
          created_at: '2026-01-01T00:00:00',
          type: 'widget',
          widget: {
            type: 'Card',
            children: [
              { type: 'Badge', label: 'Soft' },
              { type: 'Button', label: 'Go' },
              { type: 'Input', name: 'i' },
              { type: 'Checkbox', name: 'c', label: 'Yes' },
            ],
          },
        },
      );
      const { page } = await openChat(browser, server, {
        theme: { radius: 'sharp' },
        initialThread: 'thr_1',
        composer: { attachments: { enabled: true }, tools: [{ id: 't', label: 'Tool', icon: 'globe', pinned: true }] },
      });
      await page.getByText('Soft', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Add' }).click();
      const round = await page
        .locator('openai-chatkit')
        .evaluate((chat) =>
          [...chat.shadowRoot!.querySelectorAll('*')]
            .filter((element) => getComputedStyle(element).borderTopLeftRadius !== '0px')
            .map((element) => String(element.className || element.tagName)),
        );
      expect(round).toEqual([]);
    });

    test('a soft badge is told from whatever it stands on', async () => {
      const tones = ['secondary', 'success', 'danger', 'warning', 'info', 'discovery'];
      const badge = (color: string) => ({ type: 'Badge', label: color, color, variant: 'soft' });
      opens({
        id: 'w',
        thread_id: 'thr_1',
        created_at: '2026-01-01T00:00:00',
        type: 'widget',
        widget: {
          type: 'Card',
          children: [
            { type: 'Box', background: 'surface-tertiary', padding: 2, children: tones.map(badge) },
            { type: 'Box', padding: 2, children: tones.map(badge) },
          ],
        },
      });
      const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
      await page.getByText('discovery').nth(1).waitFor();
      const alike = await page.locator('.ck-badge').evaluateAll((badges) => {
        const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
        const over = (...colours: string[]) => {
          context.clearRect(0, 0, 1, 1);
          for (const colour of colours) {
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
          }
          return context.getImageData(0, 0, 1, 1).data;
        };
        return badges.flatMap((badge) => {
          const ground: string[] = [];
          for (let at: Element | null = badge.parentElement; at; at = at.parentElement)
            ground.unshift(getComputedStyle(at).backgroundColor);
          const own = getComputedStyle(badge);
          const behind = over('#fff', ...ground);
          const edge = over('#fff', ...ground, own.backgroundColor, own.borderTopColor);
          const apart = Math.max(...[0, 1, 2].map((part) => Math.abs(behind[part]! - edge[part]!)));
          return apart < 16 ? [`${badge.textContent} ${apart}`] : [];
        });
      });
      expect(alike).toEqual([]);
    });
  });

  test('the starter app: the secret is asked for before anything is sent, and no address is needed', async () => {
    server.on('threads.create', stream(answering('Hi', 'Hello.', { create: true })));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      const chat = document.createElement('openai-chatkit') as unknown as typeof w.chat;
      w.toolCalls = [];
      const getClientSecret = async (current: string | null) => `secret-${w.toolCalls.push(current)}`;
      chat.setOptions({ api: { getClientSecret } });
      w.chat.replaceWith(chat);
      w.chat = chat;
    });
    await expect.poll(() => page.evaluate(() => (window as unknown as TestWindow).toolCalls)).toEqual([null]);
    expect(server.requests).toEqual([]);
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/chatkit', 'Bearer secret-1'],
    ]);
  });

  test('the secret of one server is not told to another', async () => {
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      w.toolCalls = [];
      w.chat.setOptions({ api: { url: '/chatkit', getClientSecret: async () => 'first' } });
    });
    server.on('threads.create', stream(answering('Hi', 'Hello.', { create: true })));
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    await page.evaluate(() =>
      (window as unknown as TestWindow).chat.setOptions({
        api: { url: '/other', getClientSecret: async () => 'second' },
      }),
    );
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/chatkit', 'Bearer first'],
      ['/other', 'Bearer second'],
    ]);
  });

  test('a page that has no secret to give is told at once, and asked again when it matters', async () => {
    server.on('threads.create', stream(answering('Hi', 'Hello.', { create: true })));
    const { page } = await openChat(browser, server);
    await page.evaluate(() => {
      const w = window as unknown as TestWindow;
      let tries = 0;
      w.chat.setOptions({
        api: {
          url: '/chatkit',
          getClientSecret: async () => {
            if (!tries++) throw new Error('Set the workflow.');
            return 'later';
          },
        },
      });
    });
    await expect.poll(() => told(page)).toContainEqual(['error', { error: 'Error' }]);
    await say(page, 'Hi');
    await page.getByText('Hello.', { exact: true }).waitFor();
    expect(server.requests.at(-1)!.headers.authorization).toBe('Bearer later');
  });

  describe('entities', () => {
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
    const noted = (page: Page) => page.evaluate(() => (window as unknown as TestWindow).toolCalls);
    const entity = { id: 'cinderia', title: 'Cinderia', interactive: true, data: station, icon: 'map-pin' };

    test('an inline mark is its icon, says what it is on hover, and gives its data as it was sent', async () => {
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

    test('the page’s own preview takes the place of that, and an inline label that of the icon’s silence', async () => {
      const page = await entityChat([userMessage('How?', 'u'), cited({ ...source, inline_label: 'CIN' })], true);
      const mark = page.getByRole('button', { name: 'Source 1: Cinderia' });
      await expect.poll(() => mark.textContent()).toBe('CIN');
      await mark.focus();
      await page.getByRole('region', { name: 'Preview of Cinderia' }).getByText('Two platforms').waitFor();
      expect(await noted(page)).toEqual([['preview', entity]]);
    });

    test('one that is not interactive tells people what it is, and the page nothing', async () => {
      const page = await entityChat([userMessage('How?', 'u'), cited({ ...source, interactive: false })], true);
      const mark = page.getByRole('button', { name: 'Source 1: Cinderia' });
      await mark.click();
      await page.getByRole('region', { name: 'Preview of Cinderia' }).getByText('Terminus of the red line').waitFor();
      expect(await noted(page)).toEqual([]);
    });

    test('a tag in the composer has its icon, click and preview; its data goes out as it came', async () => {
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

  test('a box keeps its width in a row, and no more than the row has', async () => {
    const picture = 'data:image/svg+xml;utf8,<svg xmlns="http://www.w3.org/2000/svg" width="98" height="98"/>';
    const box = (width: number) => ({
      type: 'Box',
      width,
      children: [{ type: 'Image', src: picture, alt: `${width}`, width: width - 2, height: 98 }],
    });
    const words = { type: 'Col', children: [{ type: 'Title', value: 'A long title of a long story '.repeat(8) }] };
    opens({
      id: 'w',
      thread_id: 'thr_1',
      created_at: '2026-01-01T00:00:00',
      type: 'widget',
      widget: {
        type: 'Card',
        size: 'sm',
        children: [
          { type: 'Row', align: 'start', children: [box(100), words] },
          { type: 'Row', children: [box(4000)] },
        ],
      },
    });
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    const small = await page.getByRole('img', { name: '100' }).boundingBox();
    expect([small!.width, small!.height]).toEqual([98, 98]);
    const [wide, card] = [
      await page.getByRole('img', { name: '4000' }).boundingBox(),
      await page.locator('.ck-card').boundingBox(),
    ];
    expect(wide!.x + wide!.width).toBeLessThanOrEqual(card!.x + card!.width);
  });

  test('the menu of the header can be left out', async () => {
    opens(userMessage('Hello', 'u'), assistantMessage('Good day', 'a'));
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByRole('button', { name: 'More', exact: true }).waitFor();
    await page.evaluate(() =>
      (window as unknown as TestWindow).chat.setOptions({
        api: { url: '/chatkit' },
        header: { menu: { enabled: false } },
      }),
    );
    await page.getByRole('button', { name: 'More', exact: true }).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'New chat' }).count()).toBe(1);
  });

  test('why a file was refused is said until the next act', async () => {
    const { page } = await openChat(browser, server, {
      composer: { attachments: { enabled: true, accept: { 'image/png': ['.png'] } } },
    });
    const refused = page.getByText('notes.txt is of a type that is not accepted here.');
    const pick = (name: string, mimeType: string) =>
      page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer: Buffer.from('x') });
    await pick('notes.txt', 'text/plain');
    await refused.waitFor();
    await page.getByRole('textbox', { name: 'Message' }).click();
    await page.keyboard.type('a');
    await refused.waitFor({ state: 'detached' });
    await pick('notes.txt', 'text/plain');
    await refused.waitFor();
    server.on('attachments.create', json({ id: 'f', type: 'image', name: 'a.png', mime_type: 'image/png' }));
    await pick('a.png', 'image/png');
    await refused.waitFor({ state: 'detached' });
  });

  test('a conversation that is gone offers a new one; what was said in it goes there', async () => {
    server.on('threads.get_by_id', json({ error: { code: 'not_found', message: 'Not found.' } }, 404));
    const { page } = await openChat(browser, server, { initialThread: 'thr_gone' });
    const alert = page.getByRole('alert');
    await alert.getByRole('button', { name: 'New chat' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    opens(userMessage('Hello', 'u'), assistantMessage('Good day', 'a'));
    await page.evaluate(() => (window as unknown as TestWindow).chat.setThreadId('thr_1'));
    await page.getByText('Good day').waitFor();
    server.on('threads.add_user_message', json({ error: { code: 'not_found', message: 'Not found.' } }, 404));
    await say(page, 'Are you there?');
    await alert.getByRole('button', { name: 'New chat' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await alert.getByRole('button', { name: 'New chat' }).click();
    await page.getByRole('heading', { name: 'What can I help with today?' }).waitFor();
    await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).textContent()).toBe('Are you there?');
    server.on('threads.create', stream(answering('Are you there?', 'I am.', { create: true })));
    await page.keyboard.press('Enter');
    await page.getByText('I am.', { exact: true }).waitFor();
  });

  test('what was not sent offers "Try again" once', async () => {
    const { page } = await openChat(browser, server);
    server.on('threads.create', (_, response) => void response.destroy());
    await say(page, 'Hello');
    await page.getByText('Not sent.').waitFor();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
    server.on('threads.create', stream(answering('Hello', 'Good day', { create: true })));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Good day').waitFor();
  });

  test('the parts come from the folder that is named, where another has the address beside the script', async () => {
    opens(userMessage('Hello', 'u'), assistantMessage('```js\nlet a = 1;\n```\n', 'a'));
    server.serve('/named', 'text/html', plainPage.replace('<script ', '<script data-parts="/house/parts" '));
    const context = await browser.newContext({ locale: 'fr-FR' });
    const asked: string[] = [];
    await context.route('**/chatkit/**', (route) => route.abort());
    await context.route('**/house/parts/**', (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      return route.continue({ url: server.origin + pathname.replace('/house/parts/', '/chatkit/') });
    });
    const { page } = await openChat(context, server, { initialThread: 'thr_1', locale: 'fr-FR' }, { path: '/named' });
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await page.locator('.hljs-keyword').first().waitFor();
    expect(asked).toEqual(
      expect.arrayContaining([
        '/house/parts/locales/fr-FR.js',
        '/house/parts/highlight.js',
        '/house/parts/inter.woff2',
      ]),
    );
  });

  test('nine lines of an answer in ten have at most 68 characters', async () => {
    const prose =
      'The river rises on the plateau of Langres and takes its time on the way to the sea: it winds through chalk and ' +
      'clay, past vineyards and mills, and is held back by locks that were built when barges were still drawn by horses. ' +
      'Whoever follows it on foot needs three weeks, and will have crossed it forty times before the tide is felt. ';
    opens(assistantMessage(`${prose.repeat(3)}\n\n- ${prose}\n\n> ${prose}`, 'a'));
    const { page } = await openChat(
      browser,
      server,
      { initialThread: 'thr_1' },
      { viewport: { width: 1200, height: 900 } },
    );
    await page.getByText('The river').first().waitFor();
    const lines = await page.locator('.markdown').evaluate(async (element) => {
      await document.fonts.ready;
      const lengths: number[] = [];
      for (const block of element.querySelectorAll('p, li')) {
        const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
        let top = -1000;
        for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
          for (let at = 0; at < node.length; at++) {
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getBoundingClientRect();
            if (Math.abs(box.top - top) > 4) lengths.push(0);
            top = box.top;
            lengths[lengths.length - 1]!++;
          }
        }
      }
      return lengths.sort((a, b) => a - b);
    });
    expect(lines.length).toBeGreaterThan(15);
    expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(68);
    expect(lines[Math.floor(lines.length / 2)]).toBeGreaterThan(50);
  });

  test('the columns of a table do not move while its rows come', async () => {
    const { page } = await openChat(browser, server);
    let more = () => {};
    const wait = () => new Promise<void>((resolve) => (more = resolve));
    server.on(
      'threads.create',
      stream([
        { type: 'thread.created', thread: thread('thr_1') },
        { type: 'thread.item.added', item: { ...assistantMessage('', 'a'), content: [] } },
        delta('a', '| River | Note | km |\n|---|---|--:|\n| Seine '),
        wait,
        delta('a', `| short | 777 |\n| Loire | ${'a much longer note than all before it '.repeat(3)} | 1006 |\n`),
        wait,
        delta('a', `| ${'Donaudampfschiffahrt'.repeat(3)} | x | 2850 |\n\nThat is all.`),
        wait,
        { type: 'thread.item.done', item: assistantMessage('', 'a') },
      ]),
    );
    await say(page, 'Rivers?');
    const columns = () =>
      page.locator('th').evaluateAll((cells) => cells.map((cell) => Math.round(cell.getBoundingClientRect().x)));
    await page.getByRole('cell', { name: 'Seine' }).waitFor();
    const first = await columns();
    expect(first).toHaveLength(3);
    for (const words of ['1006', 'That is all.']) {
      more();
      await page.getByText(words).waitFor();
      expect(await columns()).toEqual(first);
    }
    const spilled = await page
      .locator('td')
      .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length);
    expect(spilled).toBe(0);
    more();
  });

  test('forced colours keep the edges of buttons, and show what is chosen', async () => {
    opens(userMessage('Hello', 'u'), assistantMessage('Good day\n\n```js\nlet a;\n```\n', 'a'), {
      id: 'w',
      thread_id: 'thr_1',
      created_at: '2026-01-01T00:00:00',
      type: 'widget',
      widget: {
        type: 'Card',
        children: [
          { type: 'Button', label: 'Go' },
          { type: 'Button', label: 'Ghost', variant: 'ghost' },
          {
            type: 'RadioGroup',
            name: 'r',
            defaultValue: 'a',
            options: [
              { value: 'a', label: 'A' },
              { value: 'b', label: 'B' },
            ],
          },
          {
            type: 'Select',
            name: 's',
            defaultValue: 'x',
            options: [
              { value: 'x', label: 'X' },
              { value: 'y', label: 'Y' },
            ],
          },
        ],
      },
    });
    const { page } = await openChat(browser, server, {
      initialThread: 'thr_1',
      threadItemActions: { feedback: true, retry: true },
      composer: {
        attachments: { enabled: true },
        models: [
          { id: 'm', label: 'Small' },
          { id: 'l', label: 'Large' },
        ],
        tools: [{ id: 't', label: 'Tool', icon: 'globe', pinned: true }],
      },
    });
    await page.emulateMedia({ forcedColors: 'active' });
    await page.getByRole('button', { name: 'Ghost' }).waitFor();
    await page.getByRole('button', { name: 'Tool' }).click();
    const edgeless = await page
      .locator('openai-chatkit')
      .evaluate((chat) =>
        [...chat.shadowRoot!.querySelectorAll('button')]
          .filter((button) => Number.parseFloat(getComputedStyle(button).borderTopWidth) < 1)
          .map((button) => button.ariaLabel || button.textContent),
      );
    expect(edgeless).toEqual([]);
    const looks = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const { outlineStyle, outlineColor, backgroundColor } = getComputedStyle(element);
          return [outlineStyle, outlineColor, backgroundColor].join();
        });
    const differ = async (chosen: string, other: string) => expect(await looks(chosen)).not.toBe(await looks(other));
    await differ('.ck-radio:checked', '.ck-radio:not(:checked)');
    await page.locator('.ck-trigger-button').click();
    await page.keyboard.press('ArrowDown');
    await differ('.ck-option[aria-selected=true]', '.ck-option:not([aria-selected=true])');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Model: Small' }).click();
    await differ('.menu-item[aria-checked=true]', '.menu-item[aria-checked=false]');
  });
});
