// Typography of answers. Colours come from the element's custom properties; the fallbacks keep a bare view readable in
// both schemes, through `light-dark()`, which follows the `color-scheme` of whatever the view stands in.

/** CSS for the tree a Markdown view is put in. */
export const markdownStyles = `
.markdown {
  --md-text: var(--ck-color-text, light-dark(#1b1c1f, #ececf0));
  --md-muted: var(--ck-color-text-muted, light-dark(#5a5d66, #a6a8b2));
  --md-border: var(--ck-color-border, light-dark(#dcdde3, #3a3c44));
  --md-surface: var(--ck-color-surface-muted, light-dark(#f5f5f7, #232429));
  --md-link: var(--ck-color-link, light-dark(#0b5cad, #7cb7ff));
  /* How wide prose is: lines of some 60 characters, nearly all within 68. Code and tables may be wider. */
  --md-measure: 29em;
  --md-radius: var(--ck-radius-md, 10px);
  --md-mono: var(--ck-font-mono, ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace);
  color: var(--md-text);
  line-height: 1.6;
  max-inline-size: 40em;
  overflow-wrap: break-word;
  text-wrap: pretty;
}
/* Korean breaks between words, Japanese between phrases where the browser knows them, and no line begins with a mark. */
.markdown:lang(ko) { word-break: keep-all; }
.markdown:lang(ja) { word-break: auto-phrase; }
.markdown:is(:lang(ja), :lang(ko)) { line-break: strict; }
/* What is out of sight costs no layout; the clip margin leaves room for list numbers and focus rings. */
.markdown-page { content-visibility: auto; overflow-clip-margin: 3em; }
/* Margins do not collapse across pages: the space between two is the first block's. */
.markdown-page:first-child > :first-child { margin-block-start: 0; }
.markdown-page > :last-child { margin-block-end: 0; }
.markdown [hidden] { display: none; }
.markdown :is(p, ul, ol, blockquote, h1, h2, h3, h4, h5, h6) { max-inline-size: var(--md-measure); }
.markdown p { margin-block: 0.75em; }
.markdown :is(h1, h2, h3, h4, h5, h6) { font-weight: 650; line-height: 1.3; margin-block: 1.5em 0.5em; text-wrap: balance; }
.markdown [data-level="1"] { font-size: 1.4em; letter-spacing: -0.01em; }
.markdown [data-level="2"] { font-size: 1.22em; letter-spacing: -0.005em; }
.markdown [data-level="3"] { font-size: 1.08em; }
.markdown :is([data-level="4"], [data-level="5"], [data-level="6"]) { font-size: 1em; }
.markdown [data-level="6"] { color: var(--md-muted); }
.markdown :is(strong, th) { font-weight: 650; }
.markdown a { color: var(--md-link); text-decoration: underline; text-decoration-thickness: 0.06em; text-underline-offset: 0.2em; }
.markdown a:hover { text-decoration-thickness: 0.12em; }
.markdown :focus-visible { outline: 2px solid var(--ck-color-focus, var(--md-link)); outline-offset: 2px; border-radius: min(4px, var(--md-radius)); }
.markdown :is(ul, ol) { margin-block: 0.75em; padding-inline-start: 1.6em; }
.markdown :is(ul, ol) :is(ul, ol) { margin-block: 0.25em; }
.markdown li { margin-block: 0.25em; padding-inline-start: 0.15em; }
.markdown li::marker { color: var(--md-muted); }
.markdown ol > li::marker { font-variant-numeric: tabular-nums; }
.markdown [data-tight] > li > p { margin-block: 0; }
.markdown li > :first-child, .markdown li > input + * { margin-block-start: 0; }
.markdown li > :last-child { margin-block-end: 0; }
.markdown li[data-task] { list-style: none; position: relative; }
.markdown li[data-task] > input { position: absolute; inset-inline-start: -1.35em; inset-block-start: 0.3em; inline-size: 1em; block-size: 1em; margin: 0; accent-color: var(--ck-color-accent, var(--md-link)); }
.markdown blockquote { margin: 1em 0; padding-inline: 1em 0; border-inline-start: 3px solid var(--md-border); color: var(--md-muted); }
.markdown blockquote > :first-child { margin-block-start: 0; }
.markdown blockquote > :last-child { margin-block-end: 0; }
.markdown hr { border: 0; border-block-start: 1px solid var(--md-border); margin-block: 1.75em; }
.markdown img { max-inline-size: 100%; block-size: auto; border-radius: var(--md-radius); vertical-align: middle; }
.markdown code { font-family: var(--md-mono); font-size: 0.875em; }
.markdown :not(pre) > code:not(.math-source) { background: var(--md-surface); border: 1px solid var(--md-border); border-radius: min(5px, var(--md-radius)); padding: 0.1em 0.35em; overflow-wrap: anywhere; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.markdown .code { margin: 1em 0; border: 1px solid var(--md-border); border-radius: var(--md-radius); background: var(--md-surface); overflow: clip; }
.markdown .code figcaption { display: flex; align-items: center; justify-content: space-between; gap: 0.75em; padding: 0.3em 0.4em 0.3em 0.9em; border-block-end: 1px solid var(--md-border); color: var(--md-muted); font-size: 0.8em; }
.markdown .code-language { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.markdown .code-copy { flex: none; margin-inline-start: auto; min-block-size: 24px; padding: 0.2em 0.7em; border: 0; border-radius: min(6px, var(--md-radius)); background: transparent; color: inherit; font: inherit; cursor: pointer; }
.markdown .code-copy:hover { background: color-mix(in srgb, currentColor 12%, transparent); color: var(--md-text); }
.markdown pre { margin: 0; padding: 0.8em 0.9em; overflow-x: auto; line-height: 1.55; tab-size: 4; }
.markdown pre:focus-visible { outline-offset: -2px; border-radius: 0 0 var(--md-radius) var(--md-radius); }
.markdown .line { display: block; white-space: pre; }
.markdown .table { margin-block: 1em; overflow-x: auto; border: 1px solid var(--md-border); border-radius: var(--md-radius); }
.markdown table { border-collapse: collapse; inline-size: max-content; min-inline-size: 100%; font-size: 0.94em; font-variant-numeric: tabular-nums; }
.markdown :is(th, td) { padding: 0.5em 0.85em; text-align: start; vertical-align: top; overflow-wrap: normal; max-inline-size: 22em; }
.markdown th { background: var(--md-surface); white-space: nowrap; }
.markdown tr + tr > *, .markdown thead + tbody > :first-child > * { border-block-start: 1px solid var(--md-border); }
/* While it grows, a table keeps the columns its head gave it; long words break rather than push. */
.markdown table[data-grown] { table-layout: fixed; inline-size: 100%; min-inline-size: var(--md-columns); }
.markdown table[data-grown] :is(th, td) { white-space: normal; overflow-wrap: anywhere; max-inline-size: none; }
.markdown [data-align="left"] { text-align: left; }
.markdown [data-align="right"] { text-align: right; }
.markdown [data-align="center"] { text-align: center; }
.markdown :is(.math, .math-block) { direction: ltr; unicode-bidi: isolate; }
.markdown .katex { font-size: 1.12em; }
.markdown .katex-display { margin: 0; }
.markdown .math-source { color: var(--md-muted); overflow-wrap: anywhere; }
.markdown .math-error { text-decoration: underline dotted; }
.markdown .math-display { display: block; margin-block: 0.75em; overflow: auto hidden; text-align: center; }
.markdown .math-block { margin-block: 1em; overflow: auto hidden; white-space: pre-wrap; text-align: center; }
.markdown .math-block .math-display { margin-block: 0; }
/* The colour is never drawn: it tells the script which scheme holds, and by its transition that another does. */
.markdown .diagram { margin-block: 1em; outline-color: light-dark(#000, #fff); transition: outline-color 1ms !important; }
.markdown :is(sup, sub) { font-size: 0.75em; line-height: 0; }
.markdown kbd { padding: 0.05em 0.4em; border: 1px solid var(--md-border); border-block-end-width: 2px; border-radius: min(5px, var(--md-radius)); background: var(--md-surface); font-family: var(--md-mono); font-size: 0.875em; }
.markdown mark { background: light-dark(#fff1a8, #6b5900); color: inherit; border-radius: 2px; }
.markdown sup > a { padding-inline: 0.15em; text-decoration: none; }
.markdown .footnotes { margin-block-start: 1.75em; padding-block-start: 0.5em; border-block-start: 1px solid var(--md-border); color: var(--md-muted); font-size: 0.875em; }
.markdown .footnotes ol { margin-block: 0.25em; }
.markdown .footnotes li { scroll-margin-block: 1em; }
.markdown .footnotes li:focus { outline: 2px solid var(--ck-color-focus, var(--md-link)); outline-offset: 2px; border-radius: min(4px, var(--md-radius)); }
/* The ways back stand behind the note's last words. */
.markdown .footnotes li > div > :first-child { margin-block-start: 0; }
.markdown .footnotes li > div:has(> p:last-child), .markdown .footnotes li > div > p:last-child { display: inline; }
.markdown .footnote-backs > a { display: inline-block; min-inline-size: 24px; margin-inline-start: 0.2em; text-align: center; text-decoration: none; }
.markdown .diagram-drawing { overflow: auto; text-align: center; padding: 0.75em; border: 1px solid var(--md-border); border-radius: var(--md-radius); }
.markdown .diagram-drawing svg { max-inline-size: 100%; block-size: auto; }
.markdown .diagram summary { margin-block-start: 0.4em; color: var(--md-muted); font-size: 0.85em; cursor: pointer; }
.markdown .diagram details .code { margin-block: 0.5em 0; }
.markdown .annotations { display: inline-flex; align-items: center; gap: 0.15em; margin-inline-start: 0.2em; vertical-align: baseline; white-space: nowrap; }
.markdown .block-marks { margin-block-start: 0.35em; }
.markdown .code .block-marks { padding: 0.3em 0.9em; }
.markdown .visually-hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.markdown .hljs-comment, .markdown .hljs-quote { color: light-dark(#5c6370, #9aa1ae); font-style: italic; }
.markdown :is(.hljs-keyword, .hljs-selector-tag, .hljs-type, .hljs-literal) { color: light-dark(#a3187d, #f08ad0); }
.markdown :is(.hljs-string, .hljs-regexp, .hljs-addition, .hljs-template-tag) { color: light-dark(#14692f, #8bd49c); }
.markdown :is(.hljs-number, .hljs-symbol, .hljs-bullet, .hljs-link) { color: light-dark(#8a4600, #f0b072); }
.markdown :is(.hljs-title, .hljs-section, .hljs-name) { color: light-dark(#0b55a8, #85bdff); }
.markdown :is(.hljs-attr, .hljs-attribute, .hljs-variable, .hljs-template-variable, .hljs-property) { color: light-dark(#6a3fb0, #c4a6ff); }
.markdown :is(.hljs-built_in, .hljs-meta, .hljs-doctag, .hljs-selector-class, .hljs-selector-id) { color: light-dark(#0d6470, #74cbd8); }
.markdown .hljs-deletion { color: light-dark(#a3211b, #ff9b94); }
.markdown .hljs-emphasis { font-style: italic; }
.markdown .hljs-strong { font-weight: 650; }
@media (forced-colors: active) { .markdown :is(.code, .table, blockquote) { border-color: CanvasText; } .markdown .code-copy { border: 1px solid ButtonBorder; } }
@media print { .markdown { --md-measure: none; max-inline-size: none; } .markdown .code-copy { display: none; } .markdown .line { white-space: pre-wrap; } .markdown :is(.table, pre) { overflow: visible; } }
`;
