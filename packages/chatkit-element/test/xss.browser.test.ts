import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oneBrowser } from '../../../tools/chromium.ts';
import { hostileMarkdown } from '../../widgets/test/markdown/hostile.ts';
import { builtElement, hasChromium, pageCss, plainPage, type TestWindow } from './browser.ts';
import {
  answering,
  assistantMessage,
  json,
  type ScriptedServer,
  startScriptedServer,
  stream,
  thread,
  userMessage,
} from './scripted-server.ts';

/** Texts that try to get out of wherever they are put. Whatever of them runs calls `hit()` or opens a dialog. */
const texts = [
  '<script>hit()</script>',
  '<img src=x onerror=hit()>',
  '"><svg onload=hit()>',
  "'onmouseover='hit()",
  '</style><script>hit()</script>',
  '$' + '{hit()}',
  '{{constructor.constructor("hit()")()}}',
  '\u202e<iframe srcdoc="<script>parent.hit()</script>">',
  'javascript:hit()',
  '[x](javascript:hit())',
  '__proto__',
  '"; background: url(https://evil.example/x); "',
];
const addresses = [
  'javascript:hit()',
  'JaVaScRiPt:hit()',
  ' javascript:hit()',
  'java\nscript:hit()',
  '\u0001javascript:hit()',
  'data:text/html,<script>parent.hit()</script>',
  'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="hit()"/>',
  'vbscript:hit()',
  'blob:null/x',
  'file:///etc/passwd',
  'x" onerror="hit()',
];

/** A page without any policy: nothing but the element itself stands in the way. */
describe.skipIf(!hasChromium)('nothing that a server or a person says is run, without any policy of the page', () => {
  let browser: Browser;
  let server: ScriptedServer;
  beforeAll(async () => {
    browser = await oneBrowser();
  });
  beforeEach(async () => {
    const folder = await builtElement();
    server = await startScriptedServer({
      files: (path) => {
        const file = join(folder, normalize(path));
        return /\.\w+$/.test(path) && existsSync(file)
          ? { type: path.endsWith('.js') ? 'text/javascript' : 'font/woff2', body: readFileSync(file) }
          : undefined;
      },
    });
    server.serve('/', 'text/html', plainPage);
    server.serve('/page.css', 'text/css', pageCss);
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await server.close();
  });

  async function open(options: object = {}): Promise<{ page: Page; ran: string[] }> {
    const context = await browser.newContext({ locale: 'en-US' });
    const page = await context.newPage();
    const ran: string[] = [];
    await context.route('**/*', (route) => {
      const url = route.request().url();
      if (url.startsWith(server.origin) || /^(data:image|blob:)/.test(url)) return route.continue();
      ran.push(`request ${url}`);
      return route.abort();
    });
    page.on('dialog', (dialog) => {
      ran.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('popup', (popup) => ran.push(`popup ${popup.url()}`));
    await page.exposeFunction('hit', () => void ran.push('hit'));
    await page.goto(server.origin);
    // The page goes nowhere, and in it there is no frame but the empty one in which diagrams are drawn.
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame() || frame.url() !== 'about:blank') ran.push(`navigated ${frame.url()}`);
    });
    await page.evaluate(
      ([options, evil]) => {
        const w = window as unknown as TestWindow;
        w.chat = document.querySelector('openai-chatkit');
        w.chat.setOptions({
          api: { url: '/chatkit' },
          entities: {
            onClick: () => {},
            onTagSearch: async () => evil.map((title, id) => ({ id: String(id), title, group: title, icon: title })),
            onRequestPreview: async () => ({
              preview: { type: 'Basic', children: evil.map((value) => ({ type: 'Markdown', value })) },
            }),
          },
          ...(options as object),
        });
      },
      [options, texts] as const,
    );
    return { page, ran };
  }

  /** Nodes and attributes that no text should ever have become, in all trees of the page. */
  const dangerous = (page: Page) =>
    page.evaluate(() => {
      const found: string[] = [];
      const look = (root: ParentNode) => {
        for (const element of root.querySelectorAll('*')) {
          if (
            /^(script|iframe|object|embed|base|meta|link|form\[action\])$/i.test(element.localName) &&
            root !== document
          )
            found.push(element.outerHTML);
          for (const { name, value } of element.attributes) {
            if (/^on/i.test(name)) found.push(`${element.localName} ${name}`);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: browsers skip them in front of and inside a scheme.
            const plain = value.replace(/[\u0000-\u0020]/g, '');
            if (
              /^(href|src|action|formaction|xlink:href|srcdoc|data)$/i.test(name) &&
              /^(javascript|vbscript|data:text|data:image\/svg|file|blob):?/i.test(plain) &&
              element.localName !== 'img'
            )
              found.push(`${element.localName} ${name}=${value}`);
            if (name === 'src' && /^(javascript|vbscript|data:text)/i.test(plain))
              found.push(`${element.localName} ${name}=${value}`);
          }
          if (element.shadowRoot) look(element.shadowRoot);
        }
      };
      look(document);
      return found;
    });

  async function check(page: Page, ran: string[]) {
    // Everything is hovered, focused and, where it leads nowhere, clicked.
    await page.evaluate(async () => {
      const root = (window as unknown as TestWindow).chat.shadowRoot!;
      for (const element of root.querySelectorAll('*')) {
        for (const type of ['mouseover', 'pointerenter', 'focusin', 'toggle', 'animationstart', 'load'])
          element.dispatchEvent(new Event(type, { bubbles: type !== 'load' }));
      }
      for (const summary of root.querySelectorAll('summary, .workflow-title')) summary.click();
      for (const link of root.querySelectorAll('a')) {
        // A link that would leave is only looked at; any other is followed.
        if (!/^(https?|mailto|tel):$/.test(link.protocol)) link.click();
      }
      // Diagrams, which take longest, are drawn or given up.
      const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
      const drawing = () => root.querySelector('.diagram:not(.diagram-failed) > .code');
      for (let turn = 0; turn < 600 && drawing(); turn++) await frame();
      // The slowest way to run is an image that fails: this one fails behind all of theirs.
      const last = new Image();
      const failed = new Promise((resolve) => last.addEventListener('error', resolve));
      last.src = '/no-such-image.png';
      await failed;
      await frame();
      await frame();
    });
    expect(await dangerous(page)).toEqual([]);
    expect(ran).toEqual([]);
    expect(await page.evaluate(() => 'polluted' in {})).toBe(false);
  }

  const opens = (items: object[], more: object = {}) => {
    server.on('threads.get_by_id', json(thread('thr_1', { ...more, items: { data: items, has_more: false } })));
    return { initialThread: 'thr_1' };
  };

  const batches = Array.from({ length: Math.ceil(hostileMarkdown.length / 90) }, (_, i) =>
    hostileMarkdown.slice(i * 90, i * 90 + 90),
  );
  it.each(batches.map((batch, i) => [i, batch] as const))('Markdown, part %i', async (_, batch) => {
    const { page, ran } = await open(opens(batch.map((text, i) => assistantMessage(text.slice(0, 6000), `a${i}`))));
    await page.getByTestId('chat-message-assistant').last().waitFor();
    await page.locator('.scroller').evaluate(async (box) => {
      for (let turn = 0; turn < 12; turn++) {
        box.scrollTop = 0;
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    });
    await check(page, ran);
  });

  it('titles, names, quotes, tags, sources, tasks and questions', async () => {
    const source = (type: string, text: string, url: string) => ({
      type,
      title: text,
      url,
      filename: text,
      attribution: text,
      description: text,
      id: text,
      icon: text,
      group: text,
      interactive: true,
      data: { [text]: text },
    });
    const items = texts.flatMap((text, i) => {
      const url = addresses[i % addresses.length]!;
      return [
        {
          ...userMessage(text, `u${i}`),
          content: [
            { type: 'input_text', text },
            {
              type: 'input_tag',
              id: text,
              text,
              group: text,
              interactive: i % 2 === 0,
              data: { icon: text, [text]: text },
            },
          ],
          quoted_text: text,
          attachments: [
            { type: 'image', id: text, name: text, mime_type: text, preview_url: url },
            { type: 'file', id: `${text}2`, name: text, mime_type: text, preview_url: text },
          ],
        },
        assistantMessage(
          `${text}\n\n![${text}](<${url}>)`,
          `a${i}`,
          ['url', 'file', 'entity'].map((type) => ({ type: 'annotation', index: 3, source: source(type, text, url) })),
        ),
        {
          id: `w${i}`,
          type: 'workflow',
          workflow: {
            type: 'custom',
            expanded: true,
            summary: { title: text, icon: text },
            tasks: [
              { type: 'web_search', title: text, queries: [text], icon: text, sources: [source('url', text, url)] },
              { type: 'custom', title: text, content: text },
            ],
          },
        },
        { id: `g${i}`, type: 'generated_image', image: { id: 'x', url } },
        {
          id: `n${i}`,
          type: 'structured_input',
          status: 'answered',
          inputs: [{ type: 'freeform', id: text, question: text, answer: { values: [text] } }],
        },
      ];
    });
    const question = {
      id: 'q',
      type: 'structured_input',
      status: 'pending',
      inputs: [
        {
          type: 'multiple_choice',
          id: texts[0],
          question: texts[1],
          description: texts[2],
          multiple: true,
          options: texts.map((value) => ({ value, label: value, description: value })),
        },
      ],
    };
    const { page, ran } = await open({
      ...opens([...items, question], { title: texts[1], allowed_image_domains: texts }),
      header: { title: { text: texts[1] } },
    });
    await page.locator('.questions').waitFor();
    await page.locator('.scroller').evaluate(async (box) => {
      for (let turn = 0; turn < 12; turn++) {
        box.scrollTop = 0;
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    });
    await check(page, ran);
  });

  it('options, history, suggestions, notices, errors and reasons', async () => {
    const evil = texts.map((text, i) => thread(`thr_${i}${text}`, { title: text }));
    server.on('threads.list', json({ data: evil, has_more: false }));
    server.on(
      'threads.create',
      stream([
        ...answering('x', 'Fine.', { create: true }),
        ...texts.flatMap((text) => [
          { type: 'progress_update', text, icon: text },
          { type: 'notice', level: text, title: text, message: text },
          { type: 'client_effect', name: text, data: { text } },
          {
            type: 'thread.updated',
            thread: thread('thr_1', { title: text, status: { type: 'locked', reason: text } }),
          },
        ]),
        { type: 'error', code: texts[0], message: texts[1], allow_retry: true },
      ]),
    );
    const options = {
      startScreen: { greeting: texts[1], prompts: texts.map((label) => ({ label, prompt: label, icon: label })) },
      disclaimer: { text: `${texts[1]} [x](javascript:hit())` },
      frameTitle: texts[2],
      composer: {
        placeholder: texts[1],
        tools: texts.map((label, i) => ({ id: `t${i}`, label, icon: label, pinned: i < 3 })),
        models: texts.map((label, i) => ({ id: `m${i}`, label, description: label })),
      },
      theme: {
        colorScheme: 'light',
        color: {
          accent: { primary: 'red;} * {background:url(https://evil.example/x)}', level: 1 },
          surface: { background: 'url(https://evil.example/x)', foreground: '</style><script>hit()</script>' },
        },
        typography: { fontFamily: '"; } :host { background: url(https://evil.example/f) }' },
      },
      locale: '<script>hit()</script>',
    };
    const { page, ran } = await open(options);
    await page.locator('.start').waitFor();
    await check(page, ran);
    await page.getByRole('textbox').first().click();
    await page.keyboard.type('@a');
    await page.getByRole('option').first().waitFor();
    await check(page, ran);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('.failure').waitFor();
    await check(page, ran);
    await page.evaluate(() => (window as unknown as TestWindow).chat.showHistory());
    await page.locator('.row').first().waitFor();
    await check(page, ran);
  });

  it('widgets: every text, address and colour of every component', async () => {
    const all = (value: string, url: string) => ({
      value,
      label: value,
      src: url,
      alt: value,
      name: value,
      id: value,
      key: value,
      background: url,
      color: `red;background:url(https://evil.example/x)`,
      border: { color: value },
      placeholder: value,
      iconStart: value,
      iconEnd: value,
      pattern: '(a+)+$',
      defaultValue: value,
      options: [{ value, label: value, description: value }],
      status: { text: value, icon: value, favicon: url },
      confirm: { label: value, action: { type: value } },
      onClickAction: { type: value, handler: 'client', payload: { [value]: value } },
    });
    const types =
      'Card ListView ListViewItem Basic Box Row Col Form Spacer Divider Transition Title Text Caption Label Badge Markdown Icon Image Button Input Textarea Select DatePicker Checkbox RadioGroup Table script iframe'.split(
        ' ',
      );
    const items = texts.map((text, i) => ({
      id: `w${i}`,
      type: 'widget',
      widget: {
        type: 'Card',
        ...all(text, addresses[i % addresses.length]!),
        children: types.map((type) => ({
          ...all(text, addresses[i % addresses.length]!),
          type,
          children: [{ type: 'Text', value: text }],
        })),
      },
    }));
    const { page, ran } = await open(opens(items));
    await page.locator('.ck-widget').first().waitFor();
    await check(page, ran);
  });
});
