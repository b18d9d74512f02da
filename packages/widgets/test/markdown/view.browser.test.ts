// Over 400 lines: all cases share one page, whose start is the dear part.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../../../../tools/chromium.ts';
import { examples, namedReferences, normal } from './commonmark.ts';
import { callingDiagrams, hostileMarkdown } from './hostile.ts';
import { type MarkdownLab, startLab } from './serve.ts';

const gallery = new URL('../../gallery/markdown/', import.meta.url);
const samples = readdirSync(gallery).map((name) => [name, readFileSync(new URL(name, gallery), 'utf8')] as const);

declare global {
  /** What the policy of the page refused. */
  var refused: string[];
}

describe.skipIf(chromiumPath === undefined)('a Markdown view', () => {
  let lab: MarkdownLab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.close());

  it('reads references by every name, as the specification has them', async () => {
    const { page } = await lab.open(true);
    const named = examples.filter(({ example }) => namedReferences.includes(example));
    const read = await page.evaluate(
      (texts) => texts.map((text) => globalThis.page.toHtml(text)),
      named.map(({ markdown }) => markdown),
    );
    expect(read.map(normal)).toEqual(named.map(({ html }) => normal(html)));
  });

  it.each([true, false])('runs nothing of the hostile corpus (strict policy: %s)', async (policy) => {
    expect(hostileMarkdown.length).toBeGreaterThan(150);
    const { page, requests, errors } = await lab.open(policy);
    const found = await page.evaluate(async (corpus) => {
      const bad: string[] = [];
      (globalThis as { hit?: () => void }).hit = () => bad.push('ran');
      const { page } = globalThis;
      for (const markdown of corpus) {
        const view = page.add({ imageAllowed: () => false });
        // As it streams, too: half of a construct must be no more dangerous than the whole.
        for (const part of [0.3, 0.7, 0.9]) view.update(markdown.slice(0, markdown.length * part), false);
        view.update(markdown, true);
        for (const node of view.element.querySelectorAll('*')) {
          if (
            /^(script|iframe|object|embed|style|link|base|meta|form|template|foreignObject|image|animate|set)$/i.test(
              node.localName,
            )
          ) {
            bad.push(`<${node.localName}> from ${markdown}`);
          }
          for (const { name, value } of node.attributes) {
            if (/^on/i.test(name)) bad.push(`${name} from ${markdown}`);
            const isLink = node.localName === 'a' && name === 'href';
            if (
              /^(href|src|xlink:href|action|formaction|srcdoc|data)$/.test(name) &&
              !isLink &&
              !value.startsWith('#')
            ) {
              bad.push(`${node.localName} ${name}=${value} from ${markdown}`);
            }
            if (isLink && !/^(https?:|mailto:|tel:|chatkit-link:|#)/.test(value)) bad.push(`${value} from ${markdown}`);
          }
        }
        for (const link of view.element.querySelectorAll('a')) link.click();
        if (!markdown.includes('mermaid') && !markdown.includes('$') && !markdown.includes('```'))
          view.element.remove();
      }
      // Lazy parts have their turn.
      for (let i = 0; i < 100 && page.root.querySelector('.diagram:not(.diagram-failed) > .code'); i++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      for (const node of page.root.querySelectorAll('foreignObject, script, iframe, image, .katex a, .katex img')) {
        bad.push(`lazy ${node.outerHTML}`);
      }
      // The slowest way to run is an image that fails: this one fails behind all of theirs.
      const last = new Image();
      const failed = new Promise((resolve) => last.addEventListener('error', resolve));
      last.src = '/no-such-image.png';
      await failed;
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      return bad;
    }, hostileMarkdown);
    expect(found).toEqual([]);
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('lets no diagram call anybody, whatever its text, and draws those that want nothing from elsewhere', async () => {
    const calls: string[] = [];
    const listenFor = async (called: (what: string) => void) => {
      const stranger = createServer((request, response) => {
        called(`${request.method} ${request.url}`);
        response.end();
      });
      // Not even a connection, which would tell the reader's address.
      stranger.on('connection', () => called('connection'));
      stranger.listen(0, '127.0.0.1');
      await once(stranger, 'listening');
      return { stranger, address: `http://127.0.0.1:${(stranger.address() as AddressInfo).port}` };
    };
    const { stranger, address } = await listenFor((what) => calls.push(what));
    // Whom the page does call, once everything is painted: by then every call before it has arrived.
    const known: string[] = [];
    const { stranger: friend, address: allowed } = await listenFor((what) => known.push(what));
    const texts = callingDiagrams(address);
    const { page, errors } = await lab.open(false);
    const outcome = await page.evaluate(
      async ([texts, allowed]) => {
        const { page } = globalThis;
        const views = texts.map((text) => {
          const view = page.add({ imageAllowed: () => false });
          view.update(`\`\`\`mermaid\n${text}\n\`\`\``, true);
          return view;
        });
        const settled = () => views.every((view) => view.element.querySelector('.diagram-failed, .diagram-drawing'));
        for (let i = 0; i < 400 && !settled(); i++) await new Promise((resolve) => setTimeout(resolve, 100));
        // What was drawn is looked at, and so is painted.
        for (const view of views) {
          view.element.scrollIntoView();
          await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        const last = new Image();
        const called = new Promise((resolve) => last.addEventListener('error', resolve));
        last.src = `${allowed}/last.png`;
        await called;
        return {
          settled: settled(),
          drawn: views.filter((view) => view.element.querySelector('.diagram-drawing svg')).length,
          // Of the sheets that hold in the conversation, none may name an address; nor may any element.
          named: [...page.root.adoptedStyleSheets]
            .flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText))
            .concat(
              [...page.root.querySelectorAll('svg, svg *')].flatMap((node) =>
                [...node.attributes].filter(({ name }) => !/^(id|class)$/.test(name)).map(({ value }) => value),
              ),
            )
            .filter((text) => /127\.0\.0\.1/.test(text)),
        };
      },
      [texts, allowed] as const,
    );
    for (const server of [stranger, friend]) {
      server.closeAllConnections();
      server.close();
    }
    expect(known).toContain('GET /last.png');
    expect(calls).toEqual([]);
    expect(outcome.settled).toBe(true);
    expect(outcome.drawn).toBeGreaterThan(texts.length / 3);
    expect(outcome.named).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('keeps what is selected in a code block when the block is complete and gets its colours', async () => {
    const { page, errors } = await lab.open(true);
    const seen = await page.evaluate(async () => {
      const { page } = globalThis;
      const view = page.add();
      const code = '```js\nconst first = 1;\nconst second = 2;\nconst third = 3;\n';
      view.update(code, false);
      const lines = [...view.element.querySelectorAll('.line')];
      const text = lines[1]!.firstChild as Text;
      getSelection()!.setBaseAndExtent(text, 6, text, 16);
      const selected = () => {
        const root = page.root as ShadowRoot & { getSelection?(): Selection | null };
        return String(root.getSelection?.() ?? getSelection());
      };
      view.update(`${code}\`\`\`\n\nAnd more text.`, false);
      view.update(`${code}\`\`\`\n\nAnd more text.`, true);
      const until = async (ready: () => boolean) => {
        for (let i = 0; i < 200 && !ready(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      await until(() => view.element.querySelectorAll('.line .hljs-keyword').length === 2);
      const kept = [selected(), lines.map((line) => line.querySelector('.hljs-keyword') !== null)];
      getSelection()!.removeAllRanges();
      await until(() => lines[1]!.querySelector('.hljs-keyword') !== null);
      return { kept, later: lines.map((line) => line.querySelector('.hljs-keyword') !== null) };
    });
    expect(seen).toEqual({ kept: ['second = 2', [true, false, true]], later: [true, true, true] });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('is not translated while it grows, and doubles and loses nothing when it is translated then', async () => {
    const { page, errors } = await lab.open(true);
    const shown = await page.evaluate(async () => {
      const { page } = globalThis;
      const view = page.add();
      // As Chrome and Edge do: every text goes into elements of the translator's, again whenever something has changed.
      let swaps = 0;
      const translate = () => {
        const walk = document.createTreeWalker(page.root, NodeFilter.SHOW_TEXT);
        const nodes: Text[] = [];
        while (walk.nextNode()) nodes.push(walk.currentNode as Text);
        for (const node of nodes) {
          if (!node.data.trim() || node.parentElement?.closest('font, [translate=no]')) continue;
          const font = document.createElement('font');
          font.textContent = `‹${node.data}›`;
          node.replaceWith(font);
          swaps++;
        }
      };
      new MutationObserver(translate).observe(page.root, { childList: true, subtree: true, characterData: true });
      const text = `Hello **there**.\n\n- one\n- two\n\n${'More and more. '.repeat(20)}\n\nThe end.`;
      for (let end = 3; end < text.length; end += 5) {
        view.update(text.slice(0, end), false);
        await Promise.resolve();
      }
      const before = swaps;
      view.update(text, true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      translate();
      return { before, swaps, text: view.element.textContent!.replace(/[‹›]/g, '') };
    });
    expect(shown.before).toBe(0);
    expect(shown.swaps).toBeGreaterThan(5);
    expect(shown.text.match(/More and more\./g)).toHaveLength(20);
    expect(shown.text).toContain('The end.');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('says the language of its script, for line breaks and the forms of characters', async () => {
    const { page } = await lab.open(true);
    const seen = await page.evaluate(() => {
      const look = (text: string) => {
        const view = globalThis.page.add();
        view.update(text.slice(0, 3), false);
        view.update(text, true);
        const { lineBreak, wordBreak } = getComputedStyle(view.element);
        return [view.element.lang, lineBreak, wordBreak, view.element.querySelector('p')!.textContent];
      };
      return [look('漢字とかなの文です。\n次の行'), look('안녕하세요 여러분'), look('Plain English')];
    });
    expect(seen[0]).toEqual(['ja', 'strict', expect.any(String), '漢字とかなの文です。次の行']);
    expect(seen[1]).toEqual(['ko', 'strict', 'keep-all', '안녕하세요 여러분']);
    expect(seen[2]).toEqual(['', 'auto', 'normal', 'Plain English']);
    await page.close();
  });

  it.each(samples)('shows the same at the end however %s arrived', async (_name, markdown) => {
    const { page, errors } = await lab.open(true);
    const different = await page.evaluate((text) => {
      const never = { loadChunk: () => new Promise(() => {}), imageAllowed: () => true };
      const shown = (pieces: number[]) => {
        const view = globalThis.page.add(never);
        const element = document.createElement('b');
        element.textContent = 'mark';
        // Some markers known early, one late.
        const render = () => element.cloneNode(true) as HTMLElement;
        const marks = [10, 10, 57, Math.floor(text.length / 2)].map((index) => ({ index, render }));
        let at = 0;
        for (let i = 0; at < text.length; i++) {
          at += pieces[i % pieces.length]!;
          view.update(text.slice(0, at), false);
          if (i === 3) view.setAnnotations(marks.slice(0, 2));
        }
        view.update(text, true);
        view.setAnnotations(marks);
        view.element.normalize();
        // In which order attributes were set is not visible.
        for (const node of view.element.querySelectorAll('*')) {
          const attributes = [...node.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
          for (const { name } of attributes) node.removeAttribute(name);
          for (const { name, value } of attributes) node.setAttribute(name, value);
        }
        const html = view.element.innerHTML;
        view.destroy();
        return html;
      };
      const whole = shown([text.length]);
      const ways = [[1], [2, 3], [4], [7, 1, 30], [64], [501]];
      return ways.map(shown).flatMap((html, i) => {
        if (html === whole) return [];
        let at = 0;
        while (html[at] === whole[at]) at++;
        return [[ways[i], whole.slice(Math.max(0, at - 60), at + 120), html.slice(Math.max(0, at - 60), at + 120)]];
      });
    }, markdown);
    expect(different).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it.each<[string, string]>([
    ['one paragraph', 'The quick *brown* fox [jumps](https://a.example) over `the` lazy dog. '],
    ['many paragraphs', 'The quick *brown* fox jumps.\n\nOver the `lazy` dog.\n\n'],
    ['many footnotes', 'The quick fox[^1] jumps[^2].\n\n[^1]: Over the *dog*.\n\n'],
    ['one list', '- The quick *brown* fox\n- jumps over\n  - the lazy dog\n'],
    ['one table', '| The quick | *brown* fox |\n'],
    ['one code block', '    const fox = jumps(over);\n'],
  ])('works as hard on the last token as on the first: %s', async (name, unit) => {
    const { page } = await lab.open(true);
    const work = await page.evaluate(
      ([start, text]) => {
        const view = globalThis.page.add({ loadChunk: () => new Promise(() => {}) });
        const source = start! + text!.repeat(Math.ceil(80_000 / text!.length));
        const perToken: number[] = [];
        let before = 0;
        const observer = new MutationObserver(() => {});
        observer.observe(view.element, { childList: true, characterData: true, subtree: true });
        let mutations = 0;
        // 20 000 tokens of four characters.
        for (let at = 4; at <= 80_000; at += 4) {
          view.update(source.slice(0, at), false);
          const { blocks, inlines } = globalThis.page.workOf(view);
          perToken.push(blocks + inlines - before);
          before = blocks + inlines;
          mutations = Math.max(mutations, observer.takeRecords().length);
        }
        return { most: Math.max(...perToken), mutations };
      },
      [name === 'one table' ? '| a | b |\n|---|---|\n' : name === 'one code block' ? '```\n' : '', unit],
    );
    expect(work.most).toBeLessThan(1200);
    expect(work.mutations).toBeLessThan(60);
    await page.close();
  });

  it('keeps a selection while the text grows behind it', async () => {
    const { page } = await lab.open(true);
    const kept = await page.evaluate(() => {
      const text = 'A first **paragraph** to select.\n\nA second one *with emphasis* that grows and grows.';
      const view = globalThis.page.add();
      view.update(text.slice(0, 52), false);
      const first = view.element.querySelector('strong')!.firstChild!;
      const open = view.element.querySelectorAll('p')[1]!.firstChild!;
      const range = document.createRange();
      range.setStart(first, 2);
      range.setEnd(open, 8);
      for (let end = 53; end <= text.length; end++) view.update(text.slice(0, end), end === text.length);
      return [
        range.startContainer === first,
        range.startOffset,
        range.endContainer === open,
        range.endOffset,
        String(range),
      ];
    });
    expect(kept).toEqual([true, 2, true, 8, 'ragraph to select.A second']);
    await page.close();
  });

  it('puts annotations at their place in the source, groups them and keeps their nodes', async () => {
    const { page } = await lab.open(true);
    const shown = await page.evaluate(() => {
      const text =
        'Plain **bold text** and `code` end.\n\n- item one\n- item two\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n';
      const view = globalThis.page.add();
      let made = 0;
      const at = (what: string, behind = what.length) => text.indexOf(what) + behind;
      const note = (label: string) => () => {
        made++;
        const element = document.createElement('sup');
        element.textContent = `[${label}]`;
        return element;
      };
      const notes = [
        { index: 5, render: note('1') },
        { index: at('**bold', 6), render: note('2') },
        { index: at('**bold text', 12), render: note('3') },
        { index: at('`code', 3), render: note('4') },
        { index: at('end.'), render: note('5') },
        { index: at('end.'), render: note('6') },
        { index: at('item two'), render: note('7') },
        { index: at('| c'), render: note('8') },
        { index: at('```\nco'), render: note('9') },
      ];
      for (let end = 1; end < text.length; end++) {
        view.update(text.slice(0, end), false);
        view.setAnnotations(notes);
      }
      view.update(text, true);
      const texts = [...view.element.querySelectorAll('p, td, .code')].map((element) => element.textContent);
      return { texts, made };
    });
    expect(shown.made).toBe(9);
    expect(shown.texts).toEqual([
      'Plain[1] bold[2] text[3] and code[4] end.[5][6]',
      'item one',
      'item two[7]',
      'c[8]',
      'd',
      'Copycode\n[9]',
    ]);
    await page.close();
  });

  it('opens links safely and asks the host about images', async () => {
    const { page } = await lab.open(true);
    const seen = await page.evaluate(() => {
      const view = globalThis.page.add();
      const origin = location.origin;
      view.update(
        `[a](https://a.example) [b](#b) [c](chatkit-link:entity/1) [d](/relative) ![e](${origin}/e.png) ![f](https://b.example/f.png)`,
        true,
      );
      for (const link of view.element.querySelectorAll('a')) link.click();
      return {
        links: [...view.element.querySelectorAll('a')].map((a) => [
          a.textContent,
          a.getAttribute('href'),
          a.target,
          a.rel,
        ]),
        images: [...view.element.querySelectorAll('img')].map((image) => image.alt),
        text: view.element.textContent,
        clicked: globalThis.page.links,
      };
    });
    const rel = 'noopener noreferrer nofollow';
    expect(seen.links).toEqual([
      ['a', 'https://a.example/', '_blank', rel],
      ['b', '#b', '', ''],
      ['c', 'chatkit-link:entity/1', '', ''],
      ['f', 'https://b.example/f.png', '_blank', rel],
    ]);
    expect(seen.images).toEqual(['e']);
    expect(seen.text).toBe('a b c d  f');
    expect(seen.clicked).toEqual(['https://a.example/', '#b', 'chatkit-link:entity/1', 'https://b.example/f.png']);
    await page.close();
  });

  it('shows footnotes at the end in the order of their references, with ways there and back', async () => {
    const { page, errors } = await lab.open(true);
    const text =
      'One[^b] two[^a] three[^b].\n\n[^a]: First, of[^c] all.\n[^unused]: Nothing.\n\n[^b]: Second\n\n    with more.\n\n[^c]: Third\n\nEnd.\n';
    await page.evaluate((text) => {
      const view = globalThis.page.add();
      for (let end = 1; end <= text.length; end++) view.update(text.slice(0, end), end === text.length);
    }, text);
    const shown = await page.evaluate(() => {
      const texts = (what: string) => [...globalThis.page.root.querySelectorAll(what)].map((one) => one.textContent);
      return [texts('.markdown-page p:not([hidden])'), texts('.footnotes li')];
    });
    expect(shown).toEqual([
      ['One1 two2 three1.', 'End.'],
      ['Secondwith more.↩↩2', 'First, of3 all.↩', 'Third↩'],
    ]);
    const focused = () => page.evaluate(() => globalThis.page.root.activeElement?.textContent);
    await page.locator('.markdown-page sup a').nth(2).focus();
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('Secondwith more.↩↩2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('↩2');
    await page.keyboard.press('Enter');
    const back = await page.evaluate(() => {
      const { root } = globalThis.page;
      return [...root.querySelectorAll('sup a')].indexOf(root.activeElement!);
    });
    expect(back).toBe(2);
    // The page's own address is left alone.
    expect(new URL(page.url()).hash).toBe('');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('draws formulas, colours code and draws diagrams under a strict policy', async () => {
    const { page, requests, errors } = await lab.open(true);
    await page.evaluate(() => {
      const view = globalThis.page.add();
      view.update(
        '$x^2$ and\n\n$$\n\\int_0^1 f\n$$\n\n```ts\nconst a: string = "<b>";\n```\n\n```mermaid\ngraph TD; A[Start]-->B[End]\n```\n',
        true,
      );
    });
    const locator = page.locator('.markdown');
    await locator.locator('.diagram svg').waitFor();
    await locator.locator('.hljs-string').waitFor();
    const seen = await page.evaluate(() => {
      const { root } = globalThis.page;
      const vlist = root.querySelector<HTMLElement>('.katex .vlist [style]');
      return {
        formulas: root.querySelectorAll('.katex-html').length,
        mathml: root.querySelectorAll('.katex math').length,
        // Positions set through the CSSOM have arrived in spite of the policy.
        moved: vlist !== null && getComputedStyle(vlist).top !== 'auto',
        code: root.querySelector('.code code')!.textContent,
        labels: root.querySelector('.diagram svg')!.textContent,
        fill: getComputedStyle(root.querySelector('.diagram svg .node rect')!).fill,
      };
    });
    expect(seen).toMatchObject({ formulas: 2, mathml: 2, moved: true, code: 'const a: string = "<b>";\n' });
    expect(seen.labels).toContain('Start');
    expect(seen.fill).not.toBe('rgb(0, 0, 0)');
    expect(requests).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  describe('under a strict policy', () => {
    // One page for all of them: the script that draws is five megabytes, which each new page would compile again.
    let opened: Awaited<ReturnType<MarkdownLab['open']>>;
    beforeAll(async () => {
      opened = await lab.open(true);
      await opened.page.evaluate(() => {
        globalThis.refused = [];
        const watch = (place: Document) =>
          place.addEventListener('securitypolicyviolation', (event) => {
            const { effectiveDirective, sourceFile, lineNumber, columnNumber } = event;
            globalThis.refused.push(`${effectiveDirective} ${sourceFile} ${lineNumber}:${columnNumber}`);
          });
        watch(document);
        // Mermaid works in a frame, which is there before its script is.
        new MutationObserver((_, observer) => {
          const frame = document.querySelector('iframe');
          if (!frame) return;
          watch(frame.contentDocument!);
          observer.disconnect();
        }).observe(document.body, { childList: true });
      });
    });
    afterAll(() => opened?.page.close());

    it.each([
      ['flowchart', 'graph TD; A[Start]-->|then|B{End}\n classDef red fill:#f99\n class A red\n style B stroke:#00f'],
      ['sequence', 'sequenceDiagram\n autonumber\n A->>B: hello\n Note over A: thinks\n B-->>A: hi'],
      ['class', 'classDiagram\n Animal <|-- Duck\n Animal : +int age\n class Duck{ +swim() }'],
      ['state', 'stateDiagram-v2\n [*] --> Still\n Still --> Moving : push'],
      ['entities', 'erDiagram\n CUSTOMER ||--o{ ORDER : places\n ORDER { int id }'],
      ['gantt', 'gantt\n dateFormat YYYY-MM-DD\n section A\n One :a1, 2026-01-01, 3d\n Two :after a1, 2d'],
      ['pie', 'pie title Pets\n "Dogs" : 3\n "Cats" : 2'],
      ['mindmap', 'mindmap\n root((Idea))\n  One\n  Two'],
      ['git', 'gitGraph\n commit\n branch b\n commit\n checkout main\n merge b'],
      ['journey', 'journey\n title Day\n section Work\n Tea: 5: Me'],
      ['timeline', 'timeline\n 2025 : one\n 2026 : two'],
      ['xy', 'xychart-beta\n x-axis [a, b]\n bar [1, 2]'],
    ])('draws a %s without a style that it refuses', async (_name, source) => {
      const { page, requests, errors } = opened;
      for (const list of [requests, errors]) list.length = 0;
      const refused = await page.evaluate(async (text) => {
        globalThis.refused.length = 0;
        const view = globalThis.page.add();
        view.update(`\`\`\`mermaid\n${text}\n\`\`\`\n`, true);
        try {
          while (!view.element.querySelector('.diagram svg')) {
            if (view.element.querySelector('.diagram-failed')) return ['not drawn'];
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          // Violations are told in a task of their own.
          await new Promise((resolve) => setTimeout(resolve, 100));
          return globalThis.refused;
        } finally {
          view.destroy();
          view.element.remove();
        }
      }, source);
      expect(refused).toEqual([]);
      expect(requests).toEqual([]);
      expect(errors).toEqual([]);
      // Nothing is left over, in the page (the chat and the frame) or in the frame.
      const left = await page.evaluate(() => {
        const inside = document.querySelector('iframe')!.contentDocument!;
        return [document, inside].map((place) => [place.adoptedStyleSheets.length, place.body.childElementCount]);
      });
      expect(left).toEqual([
        [0, 2],
        [0, 0],
      ]);
    });
  });

  it('draws a diagram anew when the colour scheme changes, and keeps the focus on it', async () => {
    const { page } = await lab.open(true);
    await page.evaluate(() => {
      const style = (globalThis.page.root.host as HTMLElement).style;
      style.colorScheme = 'light dark';
      globalThis.page.add().update('```mermaid\ngraph TD; A-->B\n```\n', true);
    });
    const drawing = page.locator('.diagram-drawing');
    await drawing.waitFor();
    await drawing.focus();
    const fill = () =>
      page
        .locator('.diagram .node rect')
        .first()
        .evaluate((rect) => getComputedStyle(rect).fill);
    const sheets = () => page.evaluate(() => globalThis.page.root.adoptedStyleSheets.length);
    const [light, count] = [await fill(), await sheets()];
    // The system's own scheme, then the page's.
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(fill).not.toBe(light);
    await page.evaluate(() => {
      (globalThis.page.root.host as HTMLElement).style.colorScheme = 'light';
    });
    await expect.poll(fill).toBe(light);
    expect(await page.evaluate(() => globalThis.page.root.activeElement?.className)).toBe('diagram-drawing');
    expect(await sheets()).toBe(count);
    await page.close();
  });

  it('turns lists, quotes and tables the way their text reads', async () => {
    const { page } = await lab.open(true);
    const sides = await page.evaluate(() => {
      const view = globalThis.page.add();
      const text = '- مرحبا\n- [x] نعم\n\n> - 12 اقتباس\n\n| اليوم | b |\n|---|---|\n| c | d |\n\n- latin\n';
      for (let end = 1; end <= text.length; end++) view.update(text.slice(0, end), end === text.length);
      return [...view.element.querySelectorAll('ul, blockquote, table')].map(
        (element) => getComputedStyle(element).direction,
      );
    });
    expect(sides).toEqual(['rtl', 'rtl', 'rtl', 'rtl', 'ltr']);
    await page.close();
  });

  it('copies code and says so', async () => {
    const { page } = await lab.open(true);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(() => globalThis.page.add().update('```js\na\n\nb\n```', true));
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('a\n\nb');
    await page.close();
  });
});
