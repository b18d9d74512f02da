// Writes our parse as HTML in the form markdown-it uses, so that the two can be compared. Tests only: the element never
// makes HTML.

import { type Block, BlockParser, splitRow } from '../../src/markdown/block-parser.ts';
import { unescapeMarkdown } from '../../src/markdown/entities.ts';
import type { Inline } from '../../src/markdown/inline.ts';
import { parseInline } from '../../src/markdown/inline-parser.ts';
import { readLinkDefinition } from '../../src/markdown/link-syntax.ts';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function inlines(nodes: Inline[]): string {
  return nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
          return escaped(node.text);
        case 'code':
          return `<code>${escaped(node.text)}</code>`;
        case 'math':
          return `<math>${escaped(node.text)}</math>`;
        case 'break':
          return node.hard ? '<br>\n' : node.joined ? '' : '\n';
        case 'link':
          return `<a href="${escaped(node.href)}"${title(node.title)}>${inlines(node.children)}</a>`;
        case 'image':
          return `<img src="${escaped(node.href)}" alt="${escaped(node.alt)}"${title(node.title)}>`;
        case 'footnote':
          return `<sup>${escaped(node.label)}</sup>`;
        case 'tag':
          return `<${node.tag}>${inlines(node.children)}</${node.tag}>`;
        case 'del':
          return `<s>${inlines(node.children)}</s>`;
        default:
          return `<${node.type}>${inlines(node.children)}</${node.type}>`;
      }
    })
    .join('');
}

const title = (text: string) => (text ? ` title="${escaped(text)}"` : '');

/** The HTML of a document parsed by `parser`. */
export function treeToHtml(parser: BlockParser): string {
  const definition = (label: string) => parser.definitions.get(label);
  const inline = (text: string, cell = false) => inlines(parseInline(text, 0, { open: false, cell, definition }).nodes);

  function write(block: Block, tight: boolean): string {
    const text = block.lines.map((line) => line.text).join('\n');
    const inner = (close = false) => block.children.map((child) => write(child, close)).join('');
    switch (block.type) {
      case 'quote':
        return `<blockquote>\n${inner()}</blockquote>\n`;
      case 'list': {
        const tag = block.ordered ? 'ol' : 'ul';
        const start = block.ordered && block.first !== 1 ? ` start="${block.first}"` : '';
        return `<${tag}${start}>\n${block.children.map((item) => write(item, block.tight)).join('')}</${tag}>\n`;
      }
      case 'item':
        return `<li>${inner(tight)}</li>\n`;
      case 'heading':
        return `<h${block.level}>${inline(text)}</h${block.level}>\n`;
      case 'rule':
        return '<hr>\n';
      case 'code': {
        const language = unescapeMarkdown(block.info).split(/\s/)[0];
        const body = block.lines.map((line) => `${escaped(line.text)}\n`).join('');
        return `<pre><code${language ? ` class="language-${escaped(language)}"` : ''}>${body}</code></pre>\n`;
      }
      case 'table': {
        const row = (line: string, tag: string) => {
          const cells = splitRow(line);
          return `<tr>${block.columns.map((_, i) => `<${tag}>${inline(cells[i]?.text ?? '', true)}</${tag}>`).join('')}</tr>`;
        };
        return `<table>${block.lines.map((line, i) => row(line.text, i ? 'td' : 'th')).join('')}</table>\n`;
      }
      case 'math':
        return `<math>${escaped(text)}</math>\n`;
      case 'footnote':
        return `<aside>${escaped(block.label)}${inner()}</aside>\n`;
      case 'paragraph':
        return tight ? inline(text.trimEnd()) : `<p>${inline(text.trimEnd())}</p>\n`;
      default:
        return inner();
    }
  }
  return write(parser.document, false);
}

/** The HTML of `markdown`, given to the parser in one piece or in `pieces` of it. */
export function toHtml(markdown: string, cuts: number[] = []): string {
  const parser = new BlockParser(readLinkDefinition);
  for (const cut of cuts) parser.write(markdown.slice(0, cut), false);
  parser.write(markdown, true);
  return treeToHtml(parser);
}
