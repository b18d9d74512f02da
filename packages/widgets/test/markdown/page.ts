// The page of the browser tests: puts Markdown views into a shadow root, as the element does.

import { workOf } from '../../src/markdown/create-markdown.ts';
import { createMarkdown, type MarkdownHost, type MarkdownView } from '../../src/markdown/index.ts';
import markdownStyles from '../../src/markdown/markdown.css';
import { toHtml } from './to-html.ts';

const holder = document.createElement('div');
document.body.append(holder);
const root = holder.attachShadow({ mode: 'open' });
const sheet = new CSSStyleSheet();
sheet.replaceSync(
  `${markdownStyles} .markdown { font: 16px/1.6 system-ui, sans-serif; margin: 24px auto; padding: 0 16px; }`,
);
root.adoptedStyleSheets = [sheet];

const links: string[] = [];
const words: Record<string, string> = {
  'code.copy': 'Copy',
  'code.copied': 'Copied',
  'code.copyFailed': 'Not copied',
  'code.block': 'Code',
  'table.region': 'Table',
  'math.region': 'Formula',
  'task.done': 'Done',
  'task.open': 'To do',
  'diagram.label': 'Diagram',
  'diagram.source': 'Show source',
};

function add(options: Partial<MarkdownHost> = {}): MarkdownView {
  const view = createMarkdown({
    loadChunk: (name) => import(`/chunks/${name}.js`),
    imageAllowed: (url) => url.startsWith(`${location.origin}/`),
    onLink: (href, event) => {
      links.push(href);
      event.preventDefault();
    },
    t: (key) => words[key] ?? key,
    headingOffset: 2,
    ...options,
  });
  root.append(view.element);
  return view;
}

const api = { add, root, links, workOf, toHtml };
export type TestPage = typeof api;
declare global {
  var page: TestPage;
}
globalThis.page = api;
