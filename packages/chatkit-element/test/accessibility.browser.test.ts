import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violationsOf } from '../../../tools/axe.ts';
import { hasChromium, openChat, say, type TestWindow } from './browser.ts';
import {
  answering,
  assistantMessage,
  json,
  type ScriptedServer,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';
import { onStage } from './stage.ts';

const at = '2026-01-01T00:00:00';
const cite = {
  type: 'annotation',
  index: 12,
  source: { type: 'url', title: 'The atlas', url: 'https://atlas.example/a' },
};
const everything = [
  {
    ...userMessage('Look at this'),
    quoted_text: 'What was said',
    attachments: [{ id: 'f', type: 'file', name: 'report.pdf', mime_type: 'application/pdf' }],
  },
  {
    id: 'w',
    created_at: at,
    type: 'workflow',
    workflow: {
      type: 'custom',
      expanded: true,
      tasks: [
        { type: 'custom', title: 'Read the map', status_indicator: 'complete', content: 'All of it.' },
        {
          type: 'web_search',
          title: 'Rivers',
          queries: ['seine length'],
          sources: [cite.source],
          status_indicator: 'loading',
        },
        { type: 'thought', title: 'Weighing', content: 'Which is longer?' },
      ],
      summary: { duration: 7 },
    },
  },
  {
    id: 't',
    created_at: at,
    type: 'task',
    task: { type: 'file', title: 'Opened a file', sources: [{ type: 'file', filename: 'a.txt', title: 'a.txt' }] },
  },
  assistantMessage(
    '# Rivers\n\nThe *Seine* is [long](https://river.example).\n\n```js\nlet a = 1;\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n',
    'a',
    [cite],
  ),
  {
    id: 'q',
    created_at: at,
    type: 'structured_input',
    status: 'answered',
    inputs: [{ type: 'freeform', id: 'n', question: 'Name?', answer: { values: ['Ann'] } }],
  },
];

describe.skipIf(!hasChromium)('accessibility', () => {
  let browser: Browser;
  let server: ScriptedServer;
  onStage((stage) => {
    ({ browser, server } = stage);
    server.on(
      'threads.list',
      json({ data: [thread('thr_1', { title: 'Rivers' }), thread('thr_2')], has_more: true, after: 'thr_2' }),
    );
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { title: 'Rivers', items: { data: everything, has_more: false } })),
    );
  });

  /** The page is loaded, and what fades in stands; a caret or a spinner never ends. */
  async function settled(page: Page): Promise<void> {
    await page.waitForLoadState('networkidle');
    await page.evaluate(async () => {
      const { shadowRoot } = document.querySelector('openai-chatkit')!;
      const running = () =>
        shadowRoot!
          .getAnimations()
          .filter(
            ({ playState, effect }) => playState === 'running' && effect!.getComputedTiming().endTime !== Infinity,
          );
      const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
      // What is drawn now begins to fade in with the next frame.
      for (let still = 0; still < 2; still = running().length === 0 ? still + 1 : 0) await frame();
    });
  }

  async function violations(page: Page): Promise<string[]> {
    // Fading in is not a state: what is measured is what stays.
    await settled(page);
    const found = await violationsOf(page, { within: 'openai-chatkit' });
    return found.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`,
    );
  }

  for (const colorScheme of ['light', 'dark']) {
    it(`axe finds nothing on any screen, ${colorScheme}`, async () => {
      const context = await browser.newContext();
      const { page } = await openChat(context, server, {
        theme: { colorScheme },
        threadItemActions: { feedback: true, retry: true },
        disclaimer: { text: 'It can be wrong. [More](https://more.example)' },
        startScreen: { prompts: [{ label: 'Mountains', prompt: 'Rivers', icon: 'maps' }] },
        composer: {
          attachments: { enabled: true },
          tools: [{ id: 'w', label: 'Search', icon: 'globe', pinned: true }],
          models: [{ id: 'm', label: 'Fast' }],
          dictation: { enabled: true },
        },
      });
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByRole('menu').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
      await page.getByRole('button', { name: 'Rivers', exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Actions for Rivers' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Rivers', exact: true }).click();
      await page.getByText('Name?').waitFor();
      await page.getByText('1 source').click();
      await page.getByText('The atlas').last().waitFor();
      expect(await violations(page)).toEqual([]);
      // It looks into the element's shadow, and is heard.
      await page.getByRole('textbox').evaluate((composer) => {
        for (const name of ['aria-label', 'aria-labelledby', 'placeholder', 'aria-placeholder'])
          composer.removeAttribute(name);
      });
      expect((await violations(page)).join()).toMatch(/label|name/);
    });
  }

  it('a finished answer is announced once, in its words, and a long one by its beginning', async () => {
    const answer = `# Rivers\n\nThe **Seine** is [long](https://river.example). ${'It flows on. '.repeat(100)}`;
    server.on('threads.create', stream(answering('x', answer, { create: true, wait: 1 })));
    const context = await browser.newContext();
    const { page } = await openChat(context, server);
    const devtools = await context.newCDPSession(page);
    /** What lies in live regions, as assistive technology is given it. */
    const heard = async () => {
      const { nodes } = await devtools.send('Accessibility.getFullAXTree');
      const below = (id: string): string[] => {
        const node = nodes.find(({ nodeId }) => nodeId === id);
        return [String(node?.name?.value ?? ''), ...(node?.childIds ?? []).flatMap(below)];
      };
      return nodes
        .filter(({ role }) => role?.value === 'status')
        .flatMap(({ nodeId }) => below(nodeId))
        .join(' ')
        .trim();
    };
    await say(page, 'x');
    await expect.poll(heard).toContain('Answering');
    expect(await heard()).not.toContain('Seine');
    await expect.poll(heard).toMatch(/^Rivers The Seine is long\. It flows on\./);
    const said = await heard();
    expect(said).toContain(' …');
    expect(await page.getByText('The Seine is long').count()).toBe(1);
  });

  it('headings form an outline, and everything can be reached with the keyboard', async () => {
    const context = await browser.newContext();
    const { page } = await openChat(context, server, { initialThread: 'thr_1' });
    await page.getByText('Name?').waitFor();
    const levels = await page
      .getByRole('heading')
      .evaluateAll((all) => all.map((heading) => Number(heading.getAttribute('aria-level') ?? heading.tagName[1])));
    expect(levels).toEqual([2, 3, 3, 4]);
    // What loads on demand is drawn by now: a node that is replaced under the focus would end the walk.
    await settled(page);
    await page.locator('.code span span').first().waitFor();
    const reached: string[] = [];
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const active = document.querySelector('openai-chatkit')!.shadowRoot!.activeElement;
        return active ? (active.getAttribute('aria-label') ?? active.textContent ?? '').trim() : null;
      });
      if (name === null) break;
      reached.push(name);
    }
    for (const name of ['Show history', 'More', 'New chat', 'Conversation', 'Copy', 'long', 'Message'])
      expect(reached).toContain(name);
  });

  /** The name of what has the focus in the chat; null when it is lost. */
  const focused = (page: Page) =>
    page.evaluate(() => {
      const active = document.querySelector('openai-chatkit')!.shadowRoot!.activeElement;
      return active && (active.getAttribute('aria-label') ?? active.textContent ?? '').trim();
    });
  const long = Array.from({ length: 30 }, (_, i) => `Line ${i}.`).join('\n\n');

  it('the way to the end keeps the focus when the end is reached, and goes when it is left', async () => {
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { items: { data: [userMessage('Go'), assistantMessage(long)], has_more: false } })),
    );
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Line 29.').waitFor();
    const latest = page.getByRole('button', { name: 'Jump to latest' });
    const scroller = page.locator('.scroller');
    const left = () => scroller.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    /** The scroll event and what it draws have been. */
    const drawn = () =>
      page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
      );
    const up = async () => {
      await scroller.evaluate((box) => box.scrollTo(0, 0));
      await latest.waitFor();
    };
    await up();
    // As Tab does when it comes to it from the end of the conversation: the scrolling it began ends afterwards.
    await latest.focus();
    await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await drawn();
    expect(await focused(page)).toBe('Jump to latest');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Message');
    await expect.poll(() => latest.count()).toBe(0);

    await up();
    await latest.focus();
    await page.keyboard.press('Enter');
    await expect.poll(left).toBeLessThan(2);
    await drawn();
    expect(await focused(page)).toBe('Jump to latest');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Message');

    // With the mouse it is out of sight at once.
    await up();
    await latest.click();
    await expect.poll(left).toBeLessThan(2);
    await expect
      .poll(() => page.locator('.latest').evaluateAll((all) => all.every((it) => getComputedStyle(it).opacity === '0')))
      .toBe(true);
  });

  it('earlier messages that join in front leave the focus where it is', async () => {
    const turn = [userMessage('Go', 'i0'), assistantMessage(`First. ${long}`, 'i1'), assistantMessage('Second.', 'i2')];
    // The page ends in the middle of a turn.
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { items: { data: turn.slice(2), has_more: true, after: 'i2' } })),
    );
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      server.on('items.list', (seen, response) => {
        if (!seen.body.params.after) return json({ data: turn.slice(2), has_more: true, after: 'i2' })(seen, response);
        answer = () => void json({ data: turn.slice(0, 2).reverse(), has_more: false })(seen, response);
        resolve();
      });
    });
    const { page } = await openChat(browser, server, { initialThread: 'thr_1' });
    await page.getByText('Second.').waitFor();
    await page.getByRole('button', { name: 'Copy' }).focus();
    await asked;
    answer();
    await page.getByText('First.').waitFor();
    expect(await focused(page)).toBe('Copy');
  });

  it('stopping an answer with the keyboard leads back to the message', async () => {
    server.on('threads.create', stream([...answering('x', 'Some', { create: true }).slice(0, -1), 60_000]));
    const { page } = await openChat(browser, server);
    await say(page, 'x');
    await page.getByText('Some').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Stop answering');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Send message' }).waitFor();
    expect(await focused(page)).toBe('Message');
  });

  it('where the system forces its colours, edges say what is chosen, and nothing disappears', async () => {
    const children = [
      { type: 'Select', name: 's', clearable: true, defaultValue: 'v', options: [{ value: 'v', label: 'V' }] },
      { type: 'Chart', data: [{ x: 'a', y: 1 }], series: [{ type: 'bar', dataKey: 'y', label: 'Y' }], xAxis: 'x' },
    ];
    const data = [
      userMessage('Hello', 'u'),
      {
        id: 'w',
        type: 'widget',
        thread_id: 'thr_1',
        created_at: '2026-01-01T00:00:00Z',
        widget: { type: 'Card', children },
      },
    ];
    server.on('threads.get_by_id', json(thread('thr_1', { items: { data, has_more: false } })));
    const { page } = await openChat(browser, server, {
      initialThread: 'thr_1',
      composer: {
        tools: [
          { id: 'on', label: 'On', icon: 'globe', pinned: true },
          { id: 'off', label: 'Off', icon: 'lab', pinned: true },
        ],
        models: [
          { id: 'm', label: 'M' },
          { id: 'n', label: 'N' },
        ],
      },
    });
    await page.emulateMedia({ forcedColors: 'active' });
    await page.locator('.ck-legend-item').waitFor();
    const style = (selector: string, property: string) =>
      page.locator(selector).evaluate((box, name) => getComputedStyle(box).getPropertyValue(name), property);
    await page.getByRole('button', { name: 'On', exact: true }).click();
    expect(await style('.tool[aria-pressed=true]', 'border-top-width')).toBe('1px');
    expect(await style('.tool[aria-pressed=true]', 'outline-style')).toBe('solid');
    expect(await style('.tool[aria-pressed=false]', 'border-top-width')).toBe('1px');
    expect(await style('.tool[aria-pressed=false]', 'outline-style')).toBe('none');
    expect(await style('.bubble', 'border-top-width')).toBe('1px');
    // What is drawn by grounds keeps them: the cross that clears, and the colours a legend is about.
    expect(await style('.ck-cross', 'forced-color-adjust')).toBe('none');
    expect(await style('.ck-swatch', 'forced-color-adjust')).toBe('none');
    await page.locator('[part=model-button]').click();
    expect(await style('.menu', 'border-top-width')).toBe('1px');
    expect(await page.getByRole('menuitemradio', { name: 'M' }).locator('svg').count()).toBe(1);
    expect(await page.getByRole('menuitemradio', { name: 'N' }).locator('svg').count()).toBe(0);
  });
});
