import type { Browser, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { hasChromium, openChat, type TestWindow } from './browser.ts';
import { assistantMessage, json, type ScriptedServer, thread, userMessage } from './scripted-server.ts';
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
});
