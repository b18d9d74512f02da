export { createMarkdown } from './create-markdown.ts';
export { loadHighlighter } from './highlighter.ts';
export type { ChunkName, MarkdownAnnotation, MarkdownHost, MarkdownView } from './host.ts';
export { Markdown } from './markdown.tsx';
export { toPlainText } from './plain-text.ts';
