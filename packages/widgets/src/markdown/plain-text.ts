// Markdown as plain text: for the clipboard, notifications and labels.

import { type Block, BlockParser, splitRow } from './block-parser.ts';
import { inlineText } from './inline.ts';
import { parseInline } from './inline-parser.ts';
import { readLinkDefinition } from './link-syntax.ts';

/** What `markdown` says without its marks: one line a block, list markers kept. */
export function toPlainText(markdown: string): string {
  const parser = new BlockParser(readLinkDefinition);
  parser.write(markdown, true);
  const inline = (text: string) =>
    inlineText(parseInline(text, 0, { open: false, definition: (label) => parser.definitions.get(label) }).nodes);

  function blockText(block: Block, index: number, parent: Block | undefined): string {
    const inner = () => block.children.map((child, i) => blockText(child, i, block)).join(block.tight ? '\n' : '\n\n');
    switch (block.type) {
      case 'rule':
        return '---';
      case 'code':
      case 'math':
        return block.lines
          .map((line) => line.text)
          .join('\n')
          .trim();
      case 'table':
        return block.lines
          .map((line) =>
            splitRow(line.text)
              .map((cell) => inline(cell.text))
              .join('\t'),
          )
          .join('\n');
      case 'item': {
        const marker = parent?.ordered ? `${parent.first + index}. ` : '- ';
        const box = block.task ? (block.task === 'checked' ? '[x] ' : '[ ] ') : '';
        return (marker + box + inner()).replaceAll('\n', `\n${' '.repeat(marker.length)}`);
      }
      case 'footnote':
        return `[${block.info}]: ${inner()}`;
      case 'paragraph':
      case 'heading':
        return inline(
          block.lines
            .map((line) => line.text)
            .join('\n')
            .trim(),
        );
      default:
        return inner();
    }
  }
  return parser.document.children.map((child, i) => blockText(child, i, undefined)).join('\n\n');
}
