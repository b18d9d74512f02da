import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, openChat, say, type TestWindow } from './browser.ts';
import {
  assistantMessage,
  delta,
  type ScriptedServer,
  stream,
  thread,
  threadWith,
  userMessage,
  widgetItem,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

/** What the theme makes of the options front ends give it, and how what is said is set. */
describe.skipIf(!hasChromium)('how the chat looks', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
  });

  const opens = (...items: object[]) => server.on('threads.get_by_id', threadWith(...items));

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

  it('everything can be read, whatever a front end means by its colours', async () => {
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
        const ratio = contrast(await colourOf(page, words, 'color'), await colourOf(page, ground, 'background-color'));
        expect(ratio, `${JSON.stringify(theme)} ${words}`).toBeGreaterThan(7);
      }
    }
  });

  it('a foreground is the text where it can be read on its background, else the raised surface', async () => {
    const page = await shown(metroDark);
    expect(await colourOf(page, 'openai-chatkit', 'background-color')).toEqual([0x0d, 0x11, 0x17]);
    expect(await colourOf(page, '.composer', 'background-color')).toEqual([0x1d, 0x22, 0x2b]);
    await restyle(page, { color: { surface: { background: '#f6f0e4', foreground: '#2b2118' } } });
    expect(await colourOf(page, '.assistant', 'color')).toEqual([0x2b, 0x21, 0x18]);
  });

  it('colours of the page itself serve as surfaces, wherever the element is put later', async () => {
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

  it('hue 220 with tint 6 is blue-grey; without grayscale the ground is white, and #1c1c1c in the dark', async () => {
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

  it('radius "sharp" rounds nothing but what is round by nature', async () => {
    opens(
      userMessage('Hello', 'u'),
      assistantMessage('It is `long`.\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n', 'a'),
      widgetItem({
        type: 'Card',
        children: [
          { type: 'Badge', label: 'Soft' },
          { type: 'Button', label: 'Go' },
          { type: 'Input', name: 'i' },
          { type: 'Checkbox', name: 'c', label: 'Yes' },
        ],
      }),
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

  it('a soft badge is told from whatever it stands on', async () => {
    const tones = ['secondary', 'success', 'danger', 'warning', 'info', 'discovery'];
    const badge = (color: string) => ({ type: 'Badge', label: color, color, variant: 'soft' });
    opens(
      widgetItem({
        type: 'Card',
        children: [
          { type: 'Box', background: 'surface-tertiary', padding: 2, children: tones.map(badge) },
          { type: 'Box', padding: 2, children: tones.map(badge) },
        ],
      }),
    );
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

  it('a box keeps its width in a row, and no more than the row has', async () => {
    const picture = 'data:image/svg+xml;utf8,<svg xmlns="http://www.w3.org/2000/svg" width="98" height="98"/>';
    const box = (width: number) => ({
      type: 'Box',
      width,
      children: [{ type: 'Image', src: picture, alt: `${width}`, width: width - 2, height: 98 }],
    });
    const words = { type: 'Col', children: [{ type: 'Title', value: 'A long title of a long story '.repeat(8) }] };
    opens(
      widgetItem({
        type: 'Card',
        size: 'sm',
        children: [
          { type: 'Row', align: 'start', children: [box(100), words] },
          { type: 'Row', children: [box(4000)] },
        ],
      }),
    );
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    const small = await page.getByRole('img', { name: '100' }).boundingBox();
    expect([small!.width, small!.height]).toEqual([98, 98]);
    const [wide, card] = [
      await page.getByRole('img', { name: '4000' }).boundingBox(),
      await page.locator('.ck-card').boundingBox(),
    ];
    expect(wide!.x + wide!.width).toBeLessThanOrEqual(card!.x + card!.width);
  });

  it('nearly all lines of an answer have at most 68 characters, none many more', async () => {
    const prose =
      'The river rises on the plateau of Langres and takes its time on the way to the sea: it winds through chalk and ' +
      'clay, past vineyards and mills, and is held back by locks that were built when barges were still drawn by horses. ' +
      'Whoever follows it on foot needs three weeks, and will have crossed it forty times before the tide is felt. ';
    const french =
      'Le fleuve naît sur le plateau de Langres et prend son temps : il traverse la craie et l’argile, les vignes et les ' +
      'moulins, et les écluses le retiennent, qui furent bâties quand des chevaux tiraient encore les péniches. ';
    opens(assistantMessage(`${prose.repeat(3)}${french}\n\n- ${prose}\n\n> ${prose}`, 'a'));
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
    expect(lines[Math.floor(lines.length * 0.95)]).toBeLessThanOrEqual(68);
    expect(lines.at(-1)).toBeLessThanOrEqual(74);
    expect(lines[Math.floor(lines.length / 2)]).toBeGreaterThan(50);
  });

  it('the columns of a table do not move while its rows come', async () => {
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

  it('forced colours keep the edges of buttons, and show what is chosen', async () => {
    opens(
      userMessage('Hello', 'u'),
      assistantMessage('Good day\n\n```js\nlet a;\n```\n', 'a'),
      widgetItem({
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
      }),
    );
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
