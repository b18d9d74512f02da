import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hasChromium, launch, openChat, say, startElementServer, type TestWindow } from './browser.ts';
import {
  answering,
  assistantMessage,
  json,
  type ScriptedServer,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';

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
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await startElementServer();
    server.on(
      'threads.list',
      json({ data: [thread('thr_1', { title: 'Rivers' }), thread('thr_2')], has_more: true, after: 'thr_2' }),
    );
    server.on(
      'threads.get_by_id',
      json(thread('thr_1', { title: 'Rivers', items: { data: everything, has_more: false } })),
    );
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await server.close();
  });

  async function violations(page: Page): Promise<string[]> {
    // Fading in is not a state: what is measured is what stays.
    await page.waitForTimeout(400);
    const { violations: found } = await new AxeBuilder({ page: page as never }).include('openai-chatkit').analyze();
    return found.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`,
    );
  }

  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing on any screen, ${colorScheme}`, async () => {
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
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
      await page.getByRole('button', { name: 'Rivers', exact: true }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Actions for Rivers' }).click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Rivers', exact: true }).click();
      await page.getByText('Name?').waitFor();
      await page.getByText('1 source').click();
      expect(await violations(page)).toEqual([]);
    });
  }

  test('a finished answer is announced once, in its words, and a long one by its beginning', async () => {
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

  test('headings form an outline, and everything can be reached with the keyboard', async () => {
    const context = await browser.newContext();
    const { page } = await openChat(context, server, { initialThread: 'thr_1' });
    await page.getByText('Name?').waitFor();
    const levels = await page
      .getByRole('heading')
      .evaluateAll((all) => all.map((heading) => Number(heading.getAttribute('aria-level') ?? heading.tagName[1])));
    expect(levels).toEqual([2, 3, 3, 4]);
    // What loads on demand is drawn by now: a node that is replaced under the focus would end the walk.
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(500);
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
});
