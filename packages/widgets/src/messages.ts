export { markdownWords } from './markdown/markdown-words.ts';
export { widgetMessages } from './widgets/widget-messages.ts';
