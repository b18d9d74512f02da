import type { LinkDefinition } from './block-parser.ts';
import { isPunctuation, unescapeMarkdown } from './entities.ts';
import { normalizeLabel } from './label.ts';

/** Where a link goes, and where its source ends. */
export type LinkTail = { href: string; title: string; end: number };

/** A destination at `from`: `<in brackets>` or without spaces and with balanced parentheses. */
function readDestination(text: string, from: number): { href: string; end: number } | 'unfinished' | undefined {
  if (text[from] === '<') {
    for (let i = from + 1; i < text.length; i++) {
      const char = text[i];
      if (char === '\n' || char === '<') return undefined;
      if (char === '\\') i++;
      else if (char === '>') return { href: unescapeMarkdown(text.slice(from + 1, i)), end: i + 1 };
    }
    return 'unfinished';
  }
  let depth = 0;
  let i = from;
  for (; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\' && isPunctuation(text[i + 1])) i++;
    else if (char <= ' ' || char === '\u007f') break;
    else if (char === '(') {
      if (++depth > 32) return undefined;
    } else if (char === ')' && depth-- === 0) break;
  }
  if (i >= text.length) {
    // Balanced at the end of the text is a destination for a definition; a link still misses its parenthesis.
    return depth > 0 || i === from ? 'unfinished' : { href: unescapeMarkdown(text.slice(from)), end: text.length };
  }
  if (depth > 0) return undefined;
  return { href: unescapeMarkdown(text.slice(from, i)), end: i };
}

function readTitle(text: string, from: number): { title: string; end: number } | 'unfinished' | undefined {
  const closing = { '"': '"', "'": "'", '(': ')' }[text[from]!];
  if (closing === undefined) return undefined;
  for (let i = from + 1; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\') i++;
    else if (char === closing) return { title: unescapeMarkdown(text.slice(from + 1, i)), end: i + 1 };
    else if (char === '(' && closing === ')') return undefined;
  }
  return 'unfinished';
}

function skipSpace(text: string, from: number): number {
  while (from < text.length && /[ \t\n]/.test(text[from]!)) from++;
  return from;
}

/** Reads `[label]: destination "title"` at the beginning of a paragraph. */
export function readLinkDefinition(
  text: string,
): { label: string; definition: LinkDefinition; length: number } | undefined {
  const head = /^\[((?:[^\\[\]]|\\.){1,999})\]:/s.exec(text);
  if (!head || head[1]!.trim() === '') return undefined;
  const from = skipSpace(text, head[0].length);
  if (from === text.length) return undefined;
  const destination = readDestination(text, from);
  if (typeof destination !== 'object') return undefined;
  const lineEnd = /[ \t]*(?:\n|$)/y;
  const label = normalizeLabel(head[1]!);
  const spaced = skipSpace(text, destination.end);
  if (spaced > destination.end) {
    const title = readTitle(text, spaced);
    if (typeof title === 'object') {
      lineEnd.lastIndex = title.end;
      if (lineEnd.test(text)) {
        return { label, definition: { href: destination.href, title: title.title }, length: lineEnd.lastIndex };
      }
    }
  }
  lineEnd.lastIndex = destination.end;
  if (!lineEnd.test(text)) return undefined;
  return { label, definition: { href: destination.href, title: '' }, length: lineEnd.lastIndex };
}

/** Reads what stands behind `](`: destination, title and the closing parenthesis. */
export function readLinkTail(text: string, from: number): LinkTail | 'unfinished' | undefined {
  const start = skipSpace(text, from);
  if (start === text.length) return 'unfinished';
  const destination = text[start] === ')' ? { href: '', end: start } : readDestination(text, start);
  if (typeof destination !== 'object') return destination;
  if (destination.end === text.length) return 'unfinished';
  let end = skipSpace(text, destination.end);
  let title = '';
  if (end > destination.end && text[end] !== ')') {
    if (end === text.length) return 'unfinished';
    const found = readTitle(text, end);
    if (typeof found !== 'object') return found;
    title = found.title;
    end = skipSpace(text, found.end);
  }
  if (end === text.length) return 'unfinished';
  return text[end] === ')' ? { href: destination.href, title, end: end + 1 } : undefined;
}
