import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { type Block, BlockParser } from '../../src/markdown/block-parser.ts';
import type { Inline } from '../../src/markdown/inline.ts';
import { parseInline } from '../../src/markdown/inline-parser.ts';
import { scriptLanguage } from '../../src/markdown/language.ts';
import { readLinkDefinition } from '../../src/markdown/link-syntax.ts';
import { toPlainText } from '../../src/markdown/plain-text.ts';
import { toHtml } from './to-html.ts';

// Strikethrough is left out since we follow GitHub (one tilde or two), not markdown-it, in runs of other lengths.
const oracle = new MarkdownIt('default', { html: false, linkify: false }).disable(['table', 'strikethrough']);

/** Leaves out what two writers of HTML may freely differ in: line ends between tags, and how addresses are encoded. */
function normal(html: string): string {
  const decoded = html.replace(/(href|src)="([^"]*)"/g, (whole, name, value) => {
    try {
      return `${name}="${decodeURI(value)}"`;
    } catch {
      return whole;
    }
  });
  return decoded
    .replace(/\s*\n\s*(?=<)|[ \t]+(?=<br>|\n)|(?<=>)\s*\n\s*/g, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

const fragment = fc.constantFrom(
  ...'a|b c|word|é|日本|*|**|***|_|__|`|``|```|\n~~~|[|]|](|)|[a]|(/u)|!|![|\\|\\*|&amp;|&#65;|<|>|> |- |-|* |+ |1. |2) |10. |#|## |---|***|===|  |    |\n|\n\n|  \n|\\\n|"|(|<b>|. |, '.split(
    '|',
  ),
);
const hostile = fc.array(fragment, { maxLength: 24 }).map((parts) => `${parts.join('')}\n\n[a]: /u "t"\n`);

describe('the parser agrees with markdown-it', () => {
  it.each([
    '# a\n## b #\n\nc\n===\nd\n---\n',
    '* foo\n  * bar\n\n  baz\n',
    '> quote\nlazy\n\n> - a\n> - b\n\nend',
    '1. a\n\n   b\n2. c\n\n7) d',
    '- a\n-\n\n- c',
    '```js title="x"\na\n\n\tb\n```\nafter',
    '    code\n\n    more\n\ntext',
    '- a\n\n      code\n\n  text',
    'a *b **c** d* __e__ _f_g ***h***',
    '[a](/u "t") ![i *j*](k) [r][a] [a] [a][] <mailto:x@y.z>\n\n[a]: <v w> (title)',
    'hard  \nbreak\\\nhere\nsoft',
    '`` a ` b `` `c` &copy; &#x41; \\* <q>raw</q>',
    '-\ta\n\n\tb\n- c',
    '>\t\tcode',
    '* * *\n- - -\n_____',
  ])('%j', (markdown) => {
    expect(normal(toHtml(markdown))).toBe(normal(oracle.render(markdown)));
  });

  it('on whatever can be put together from the marks of Markdown', () => {
    fc.assert(
      fc.property(hostile, (markdown) => {
        // Where markdown-it leaves the specification (a reference followed by a parenthesis), and where we do (`\(`,
        // and marks that touch Chinese, Japanese and Korean).
        fc.pre(!/\]\((?!\/u\))|\\[[(]|本[*_]|[*_]日/.test(markdown));
        expect(normal(toHtml(markdown))).toBe(normal(oracle.render(markdown)));
      }),
      // One seed: the oracle has quirks of its own, which would come up once in a while.
      { numRuns: 5000, seed: 7 },
    );
  });
});

const extended = fc.oneof(
  fragment,
  fc.constantFrom(
    '| a | b |\n|---|:-:|\n| c | `d\\|e` |',
    '|',
    '$',
    '$$',
    '$x^2$',
    '\\(',
    '\\)',
    '\\[',
    '\\]',
    '$5',
    '\r\n',
  ),
  fc.constantFrom('\r', '- [ ] ', '- [x] ', 'https://a.bc/d', 'www.a.bc', 'x@y.zz', '```mermaid\n', '\0', '<br>'),
  fc.constantFrom('<sub>', '</sub>', '<kbd>', '</kbd>', '。', '：', '~', '```md\n', '```js\n'),
);

it('reads tables as GitHub does', () => {
  const cells = (markdown: string) => toHtml(markdown).replace(/\n/g, '');
  expect(cells('a | b\n--|--\n`c\\|d` | e | too many\n f\nend')).toBe(
    '<table><tr><th>a</th><th>b</th></tr><tr><td><code>c|d</code></td><td>e</td></tr><tr><td>f</td><td></td></tr>' +
      '<tr><td>end</td><td></td></tr></table>',
  );
  expect(cells('text\n| a |\n|---|\n| b |\n\n> after')).toBe(
    '<p>text</p><table><tr><th>a</th></tr><tr><td>b</td></tr></table><blockquote><p>after</p></blockquote>',
  );
  expect(cells('| a | b |\n|---|')).toBe('<p>| a | b ||---|</p>');
});

describe('streaming', () => {
  it('gives the same tree whatever the pieces were', () => {
    const text = fc.array(extended, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 30 }), (markdown, at) => {
        const cuts = at.filter((cut) => cut <= markdown.length).sort((a, b) => a - b);
        expect(toHtml(markdown, cuts)).toBe(toHtml(markdown));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads a paragraph in sections to the same end', () => {
    const words = fc.array(
      fc.oneof(fc.constantFrom('word ', 'another ', '*a b* ', '`c d` ', '[e](f) ', '\n'), extended),
      { minLength: 40, maxLength: 400 },
    );
    const definition = () => undefined;
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 90 }), (parts, step) => {
        const text = parts.join('').replaceAll('\r', '');
        const whole = parseInline(text, 0, { open: false, definition }).nodes;
        let kept: Inline[] = [];
        let stable = 0;
        for (let end = step; end < text.length; end += step) {
          const part = parseInline(text.slice(0, end), stable, { open: true, definition });
          kept = [...kept, ...part.nodes.slice(0, part.stableNodes)];
          stable = part.stable;
        }
        const rest = parseInline(text, stable, { open: false, definition }).nodes;
        expect([...kept, ...rest]).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('never changes a frozen block', () => {
    const parser = new BlockParser(readLinkDefinition);
    const source = '# a\n\n- b\n  - c\n\ntext\n\n```\nd\n```\n\n| e | f |\n|---|---|\n| g | h |\n\n> i\n\nend';
    const frozen = new Map<Block, string>();
    const visit = (block: Block) => {
      const now = JSON.stringify(block);
      if (frozen.has(block)) expect(now).toBe(frozen.get(block));
      else if (block.frozen) frozen.set(block, now);
      for (const child of block.children) visit(child);
    };
    for (let end = 1; end <= source.length; end++) {
      parser.write(source.slice(0, end), false);
      visit(parser.document);
    }
    expect(frozen.size).toBeGreaterThan(8);
  });

  it('knows the source of every line', () => {
    fc.assert(
      fc.property(fc.array(extended, { maxLength: 30 }), (parts) => {
        const source = parts.join('').replaceAll('\t', ' ');
        const parser = new BlockParser(readLinkDefinition);
        parser.write(source, true);
        const visit = (block: Block) => {
          for (const line of block.lines) expect(source.startsWith(line.text, line.source)).toBe(true);
          for (const child of block.children) visit(child);
        };
        visit(parser.document);
      }),
    );
  });

  it('looks at a bounded number of characters for each token, in one paragraph as in many', () => {
    const words = 'The quick *brown* fox, [jumps](https://example.org) over `the` lazy dog. '.repeat(400);
    const definition = () => undefined;
    let stable = 0;
    let most = 0;
    for (let end = 1; end <= words.length; end += 4) {
      most = Math.max(most, end - stable);
      stable = parseInline(words.slice(0, end), stable, { open: true, definition }).stable;
    }
    expect(most).toBeLessThan(600);
  });
});

describe('hostile input takes time in proportion to its length', () => {
  /**
   * Whether it takes less than 200 ms for 50 000 characters, at the third try at last. Of the processor's time: the
   * machine may be busy with something else.
   */
  const isQuick = (text: string) =>
    [1, 2, 3].some(() => {
      const start = process.cpuUsage();
      toHtml(text);
      return process.cpuUsage(start).user / 1000 < (200 * text.length) / 50_000;
    });
  it.each(['$1 ', '$a ', '[a]: b\n', '$1-', '$1 ab ', '\\( ', '\\[ '])('%j', (unit) => {
    expect(isQuick(unit.repeat(200_000 / unit.length))).toBe(true);
  });
  it('and whatever else the marks of Markdown make', () => {
    const units =
      '$$ |$$a |`a |``a |* |*a |**a |_a |~a |~~a |a*|a**b|[a |[a](|![a](|![|[[|[a]|[a][|[a](b "|<a |<|<a@|&a|http://a |a@|> |- |1. |# |a\n|a\nb|*a\n|- a\n|- a\n\n|[a]: b "\n|[a]: b (c\n|(|](|*_|*_ |*a_ |_*a|。*|~a~~|<br>|<sub>|<kbd>a|a$|$\\|`|(a)[b]|。**|a**。|[\\|<a:b|a\n===\n|[^a]: b\n|$1k'.split(
        '|',
      );
    const slow = units.filter((unit) => !isQuick(unit.repeat(50_000 / unit.length)));
    expect(slow).toEqual([]);
  });
});

describe('half-written text is shown as what it will be', () => {
  const open = (text: string) =>
    parseInline(text, 0, { open: true, definition: () => undefined }).nodes.map((node) =>
      'children' in node
        ? [node.type, ...node.children.map((child) => ('text' in child ? child.text : child.type))]
        : node.type === 'text'
          ? node.text
          : [node.type, 'text' in node ? node.text : ''],
    );
  it.each<[string, unknown]>([
    ['a **bo', ['a ', ['strong', 'bo']]],
    ['a **bold*', ['a ', ['strong', 'bold']]],
    ['a *', ['a ']],
    ['a `co', ['a ', ['code', 'co']]],
    ['a `', ['a ']],
    ['see [the do', ['see ', 'the do']],
    ['see [the docs](https://exa', ['see ', 'the docs']],
    ['an ![ima', ['an ']],
    ['an ![image](http', ['an ']],
    ['~~gone', [['del', 'gone']]],
    ['it costs $5', ['it costs $5']],
  ])('%j', (text, shown) => {
    expect(open(text)).toEqual(shown);
  });
});

describe('strikethrough and footnotes are read as GitHub does', () => {
  it.each([
    ['~one~ ~~two~~', '<p><s>one</s> <s>two</s></p>'],
    ['a ~~~three~~~', '<p>a ~~~three~~~</p>'],
    ['a ~one~~ b', '<p>a ~one~~ b</p>'],
    ['about ~5 km and ~6 km', '<p>about ~5 km and ~6 km</p>'],
    ['~a ~~b~~ c~', '<p><s>a <s>b</s> c</s></p>'],
    ['a[^1]\n\n[^1]: b', '<p>a<sup>^1</sup></p><aside>^1<p>b</p></aside>'],
    ['a[^A_b_]!\n\n[^a_B_]: b', '<p>a<sup>^A_B_</sup>!</p><aside>^A_B_<p>b</p></aside>'],
    [
      'a[^1] [^2]\n[^1]: b\n[^2]: c\nd',
      '<p>a<sup>^1</sup> <sup>^2</sup></p><aside>^1<p>b</p></aside><aside>^2<p>c d</p></aside>',
    ],
    ['[^1]: b\n\n    c\n\nd[^1]', '<aside>^1<p>b</p><p>c</p></aside><p>d<sup>^1</sup></p>'],
    [
      'a![^1] [b][^1] [^1](/u) [^1][]\n\n[^1]: b',
      '<p>a!<sup>^1</sup> [b]<sup>^1</sup> <a href="/u">^1</a> <sup>^1</sup>[]</p><aside>^1<p>b</p></aside>',
    ],
    ['[a [^1] b](/u)\n\n[^1]: b', '<p><a href="/u">a [^1] b</a></p><aside>^1<p>b</p></aside>'],
    ['a[^1] [^ 2]\n\n[^2]: b', '<p>a[^1] [^ 2]</p><aside>^2<p>b</p></aside>'],
    ['- a[^1]\n\n  [^1]: b', '<ul><li><p>a<sup>^1</sup></p><aside>^1<p>b</p></aside></li></ul>'],
    ['`[^1]` \\[^1]\n\n[^1]: b', '<p><code>[^1]</code> [^1]</p><aside>^1<p>b</p></aside>'],
  ])('%j', (markdown, html) => {
    expect(normal(toHtml(markdown)).replaceAll('\n', ' ')).toBe(html);
  });

  it('hides what may become a footnote, and strikes nothing through for a single tilde, while it is written', () => {
    const open = (text: string) =>
      parseInline(text, 0, { open: true, definition: () => undefined }).nodes.map(
        (node) => 'text' in node && node.text,
      );
    expect(open('see [^no')).toEqual(['see ']);
    expect(open('about ~5 km')).toEqual(['about ~5 km']);
  });
});

it('a range of prices is none of a formula behind it', () => {
  expect(toHtml('costs $10-$20, or $5 – $6, and $a$').trim()).toBe(
    '<p>costs $10-$20, or $5 – $6, and <math>a</math></p>',
  );
});

describe('Chinese, Japanese and Korean', () => {
  it.each([
    // Marks beside full-width punctuation, on either side.
    ['**重要提示：**请先备份', '<p><strong>重要提示：</strong>请先备份</p>'],
    ['请看**“说明”**一节', '<p>请看<strong>“说明”</strong>一节</p>'],
    ['这是**（重点）**内容', '<p>这是<strong>（重点）</strong>内容</p>'],
    ['これは**「重要」**です。', '<p>これは<strong>「重要」</strong>です。</p>'],
    ['**주의:**반드시 읽으세요', '<p><strong>주의:</strong>반드시 읽으세요</p>'],
    ['*强调。*后面 ***两者！***也', '<p><em>强调。</em>后面 <em><strong>两者！</strong></em>也</p>'],
    ['~~删除。~~保留', '<p><s>删除。</s>保留</p>'],
    // In the scripts with spaces nothing changes.
    ['a**"b"**c **"d"** e', '<p>a**&quot;b&quot;**c <strong>&quot;d&quot;</strong> e</p>'],
    // Ranges, about, and a drawl.
    ['今天20~25°C，明天22~28°C。', '<p>今天20~25°C，明天22~28°C。</p>'],
    ['约~3 天，~5 天', '<p>约~3 天，~5 天</p>'],
    ['你好呀~ 再见~', '<p>你好呀~ 再见~</p>'],
    ['嗨~你好~吗', '<p>嗨~你好~吗</p>'],
    ['from ~3 to ~4, 5~6 and 7~8', '<p>from ~3 to ~4, 5~6 and 7~8</p>'],
    ['~/bin and ~/lib', '<p>~/bin and ~/lib</p>'],
    ['~gone~, (~this~) and ~~that~~', '<p><s>gone</s>, (<s>this</s>) and <s>that</s></p>'],
    // Lines of scripts without spaces are put together without one.
    ['第一行\n第二行，\n「三」\nEnglish\n日本', '<p>第一行第二行，「三」\nEnglish\n日本</p>'],
    ['한국어\n줄바꿈', '<p>한국어\n줄바꿈</p>'],
    ['x~y~z a~1~', '<p>x~y~z a~1~</p>'],
  ])('%j', (markdown, html) => {
    expect(toHtml(markdown).trim()).toBe(html);
  });
});

it.each([
  ['これは日本語の文です。', 'ja'],
  ['カタカナ', 'ja'],
  ['这是一个说明。', ''],
  ['這是「の」一個很長的說明，在這裡。', ''],
  ['한국어 문장입니다', 'ko'],
  ['Use 中文 in an English sentence.', ''],
  ['שלום', ''],
  ['', ''],
  ['`npm` 를 실행하세요 그리고 기다리세요', 'ko'],
])('the language of %j is %j', (text, language) => {
  expect(scriptLanguage(text)).toBe(language);
});

describe('the tags that models write', () => {
  it.each([
    ['H<sub>2</sub>O and x<sup>*n*</sup>', '<p>H<sub>2</sub>O and x<sup><em>n</em></sup></p>'],
    ['<kbd>Ctrl</kbd>+<KBD>C</KBD>, <mark>here</mark>', '<p><kbd>Ctrl</kbd>+<kbd>C</kbd>, <mark>here</mark></p>'],
    ['<b>a</b> <i>b</i> <s>c</s> <u>d</u>', '<p><strong>a</strong> <em>b</em> <del>c</del> <u>d</u></p>'],
    [
      '<details><summary>More</summary>Hidden *words*</details>',
      '<p><span><strong>More</strong><br>\nHidden <em>words</em></span></p>',
    ],
    // Emphasis and links end where the tag does; a tag that ends nowhere is words, and so is what has attributes.
    ['<sub>*a</sub>* b', '<p><sub>*a</sub>* b</p>'],
    ['<sub>[a</sub>](/u)', '<p><sub>[a</sub>](/u)</p>'],
    ['[a<sub>](/u)</sub>', '<p><a href="/u">a&lt;sub&gt;</a>&lt;/sub&gt;</p>'],
    ['the <kbd> tag, Array<string>, </sub>', '<p>the &lt;kbd&gt; tag, Array&lt;string&gt;, &lt;/sub&gt;</p>'],
    ['<sub onclick=hit()>x</sub>', '<p>&lt;sub onclick=hit()&gt;x&lt;/sub&gt;</p>'],
    [
      '`<sub>x</sub>` <script>y</script>',
      '<p><code>&lt;sub&gt;x&lt;/sub&gt;</code> &lt;script&gt;y&lt;/script&gt;</p>',
    ],
    ['<sub><sup>a</sub>b</sup>', '<p><sub>&lt;sup&gt;a</sub>b&lt;/sup&gt;</p>'],
    ['<kbd>[*a*](/u)</kbd>', '<p><kbd><a href="/u"><em>a</em></a></kbd></p>'],
  ])('%j', (markdown, html) => {
    expect(toHtml(markdown).trim()).toBe(html);
  });

  it('ends with the footnote it was opened in', () => {
    expect(toHtml('a[^<sub>] b</sub> c\n\n[^<sub>]: d')).toContain('</sup> b&lt;/sub&gt; c</p>');
  });

  it('shows the words of one that is being written, without the tag', () => {
    const { nodes } = parseInline('press <kbd>Ct', 0, { open: true, definition: () => undefined });
    expect(nodes.map((node) => 'text' in node && node.text).join('')).toBe('press Ct');
  });
});

describe('a document in a fence', () => {
  const inner = '# Tool\n\n```sh\nnpm install tool\n```\n\nUse it:\n\n```js\nrun();\n```\n\nThat is all.';
  const blocks = (markdown: string) => {
    const parser = new BlockParser(readLinkDefinition);
    parser.write(markdown, true);
    return parser.document.children.map((block) => [block.type, block.lines.map((line) => line.text).join('\n')]);
  };
  it.each(['markdown', 'md', 'Markdown title="x"', 'mdx'])('holds fences: ```%s', (info) => {
    expect(blocks(`Here:\n\n\`\`\`${info}\n${inner}\n\`\`\`\n\nAnd *then*.`)).toEqual([
      ['paragraph', 'Here:'],
      ['code', inner],
      ['paragraph', 'And *then*.'],
    ]);
  });
  it('with four marks holds those with three, and other code ends at its first fence', () => {
    expect(blocks(`\`\`\`\`markdown\n${inner}\n\`\`\`\`\nend`)).toEqual([
      ['code', inner],
      ['paragraph', 'end'],
    ]);
    expect(blocks('```js\na\n```sh\nb\n```\nend')).toEqual([
      ['code', 'a\n```sh\nb'],
      ['paragraph', 'end'],
    ]);
    expect(blocks('```markdown\na ```b\n~~~c\n```\nend')).toEqual([
      ['code', 'a ```b\n~~~c'],
      ['paragraph', 'end'],
    ]);
  });
});

describe('mathematics and money', () => {
  const kinds = (text: string) =>
    parseInline(text, 0, { open: false, definition: () => undefined })
      .nodes.filter((node) => node.type === 'math')
      .map((node) => [node.text, node.display]);
  it.each<[string, unknown]>([
    [
      '$x^2$ and $y$',
      [
        ['x^2', false],
        ['y', false],
      ],
    ],
    [
      '\\(a+b\\) or \\[c\\]',
      [
        ['a+b', false],
        ['c', true],
      ],
    ],
    ['so $$e=mc^2$$.', [['e=mc^2', true]]],
    ['$5 and $10', []],
    ['from $5 to 10$ each', []],
    ['US$5, A$6', []],
    ['$HOME/$USER and $A:$B', []],
    ['$ x $', []],
    ['$1.5k-$2k', []],
    ['`$x$`', []],
    ['\\$x$', []],
  ])('%j', (text, found) => {
    expect(kinds(text)).toEqual(found);
  });
});

it('writes plain text', () => {
  const markdown = '# T *i*\n\n- a\n- [x] b\n\n| c | d |\n|---|---|\n| **e** | f |\n\n```js\ng\n```\n[h](i)';
  expect(toPlainText(markdown)).toBe('T i\n\n- a\n- [x] b\n\nc\td\ne\tf\n\ng\n\nh');
  expect(toPlainText('a[^Ab] ~b~\n\n[^ab]: *c*')).toBe('a[^Ab] b\n\n[^ab]: c');
});
