// Draws inline nodes. The DOM that is there is changed into the DOM that shall be there, node by node, instead of being
// replaced: a selection, a focused link or a screen reader's place survives each token.

import type { Footnotes } from './footnotes.ts';
import type { MarkdownHost } from './host.ts';
import type { Inline } from './inline.ts';
import { safeHref, safeImage } from './links.ts';
import { drawMath } from './math.ts';

/** What inline content is drawn for. */
export interface InlineHost extends MarkdownHost {
  notes: Footnotes;
}

export type Piece = Inline | { type: 'mark'; element: HTMLElement; from: number; to: number };

const DEEPEST = 30;

/** Puts an annotation's element where its offset lies: within text exactly, else behind the construct it falls into. */
export function insertMark(nodes: Piece[], offset: number, element: HTMLElement): void {
  const mark: Piece = { type: 'mark', element, from: offset, to: offset };
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    if (node.type === 'mark' ? node.from <= offset : node.to < offset) continue;
    if (node.from >= offset) {
      nodes.splice(i, 0, mark);
      return;
    }
    if (node.type === 'em' || node.type === 'strong' || node.type === 'del' || node.type === 'tag') {
      const last = node.children.at(-1);
      if (last && offset > node.from && offset <= last.to && offset < node.to) {
        insertMark(node.children as Piece[], offset, element);
        return;
      }
    }
    if (node.type === 'text' && node.text.length === node.to - node.from && offset < node.to) {
      const cut = offset - node.from;
      const before: Piece = { ...node, text: node.text.slice(0, cut), to: offset };
      nodes.splice(i, 1, before, mark, { ...node, text: node.text.slice(cut), from: offset });
      return;
    }
    nodes.splice(i + 1, 0, mark);
    return;
  }
  nodes.push(mark);
}

function kindOf(piece: Piece, host: InlineHost): string {
  switch (piece.type) {
    case 'text':
      return '#text';
    case 'break':
      return piece.hard || host.singleNewlineBreaks ? 'br' : '#text';
    case 'image': {
      const src = safeImage(piece.href);
      return src !== undefined && host.imageAllowed(src) ? 'img' : safeHref(piece.href) ? 'a' : 'span';
    }
    case 'link':
      return safeHref(piece.href) ? 'a' : 'span';
    case 'math':
      return 'math';
    case 'mark':
      return 'mark';
    case 'tag':
      return `tag:${piece.tag}`;
    default:
      return piece.type;
  }
}

/** Nodes remember what they were drawn for; the document holds nodes of ours only. */
const kinds = new WeakMap<Node, string>();

function setText(node: Text, text: string): void {
  const old = node.data;
  if (old === text) return;
  // Only what differs is touched: the offsets of a selection in the part that stays remain valid.
  let same = 0;
  const shorter = Math.min(old.length, text.length);
  while (same < shorter && old.charCodeAt(same) === text.charCodeAt(same)) same++;
  if (same === old.length) node.appendData(text.slice(same));
  else node.replaceData(same, old.length - same, text.slice(same));
}

function setAttribute(element: HTMLElement, name: string, value: string): void {
  if (value === '') element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function anchor(element: HTMLElement, target: string, title: string, host: InlineHost): void {
  const href = safeHref(target)!;
  if (!element.onclick) {
    const listen = (event: Event) => host.onLink(element.getAttribute('href') ?? '', event);
    element.onclick = listen;
    element.onauxclick = listen;
  }
  setAttribute(element, 'href', href);
  setAttribute(element, 'title', title);
  if (/^(?:https?|mailto|tel):/.test(href)) {
    setAttribute(element, 'target', '_blank');
    setAttribute(element, 'rel', 'noopener noreferrer nofollow');
  } else {
    element.removeAttribute('target');
    element.removeAttribute('rel');
  }
}

function create(kind: string): Node {
  if (kind === '#text') return document.createTextNode('');
  const element = document.createElement({ math: 'span', footnote: 'sup' }[kind] ?? kind.replace('tag:', ''));
  if (kind === 'math') element.className = 'math';
  else if (kind === 'code') element.dir = 'auto';
  else if (kind === 'img') {
    const image = element as HTMLImageElement;
    image.loading = 'lazy';
    image.decoding = 'async';
    image.referrerPolicy = 'no-referrer';
  }
  return element;
}

function draw(node: Node, piece: Piece, host: InlineHost, depth: number): void {
  switch (piece.type) {
    case 'mark':
      return;
    case 'text':
      setText(node as Text, piece.text.replaceAll('\0', '\ufffd'));
      return;
    case 'break':
      if (node instanceof Text) setText(node, piece.joined ? '' : '\n');
      return;
    case 'code':
      drawInlines(node, [{ type: 'text', text: piece.text, from: 0, to: 0 }], host);
      return;
    case 'footnote':
      host.notes.refer(node as HTMLElement, piece.label);
      return;
    case 'math':
      drawMath(node as HTMLElement, piece.text, piece.display, host);
      return;
    case 'image': {
      const element = node as HTMLElement;
      if (element instanceof HTMLImageElement) {
        setAttribute(element, 'src', safeImage(piece.href)!);
        if (element.alt !== piece.alt || !element.hasAttribute('alt')) element.alt = piece.alt;
        setAttribute(element, 'title', piece.title);
        return;
      }
      if (element instanceof HTMLAnchorElement) anchor(element, piece.href, piece.title, host);
      drawInlines(node, [{ type: 'text', text: piece.alt || piece.href, from: 0, to: 0 }], host);
      return;
    }
    case 'link':
      if (node instanceof HTMLAnchorElement) anchor(node, piece.href, piece.title, host);
      drawInlines(node, piece.children, host, undefined, true, depth + 1);
      return;
    default:
      drawInlines(node, piece.children, host, undefined, true, depth + 1);
      return;
  }
}

/**
 * Makes the children of `parent` behind `after` (all of them without it) show `pieces`, and removes what stands behind
 * those unless `last` is false. Returns the last node drawn.
 */
export function drawInlines(
  parent: Node,
  pieces: Piece[],
  host: InlineHost,
  after?: ChildNode,
  last = true,
  depth = 0,
): ChildNode | undefined {
  let at: ChildNode | null = after ? after.nextSibling : parent.firstChild;
  let drawn = after;
  for (const piece of flat(pieces, depth)) {
    const kind = kindOf(piece, host);
    if (piece.type === 'mark') {
      if (at === piece.element) at = at.nextSibling;
      else parent.insertBefore(piece.element, at);
      drawn = piece.element;
      continue;
    }
    // A marker that stands elsewhere now: its own turn puts it there.
    while (at && !kinds.has(at)) {
      const gone: ChildNode = at;
      at = at.nextSibling;
      gone.remove();
    }
    let node: ChildNode;
    if (at && kinds.get(at) === kind) {
      node = at;
      at = at.nextSibling;
    } else {
      node = create(kind) as ChildNode;
      kinds.set(node, kind);
      if (at) {
        const old: ChildNode = at;
        at = at.nextSibling;
        parent.replaceChild(node, old);
      } else parent.insertBefore(node, at);
    }
    draw(node, piece, host, depth);
    drawn = node;
  }
  while (at && last) {
    const gone: ChildNode = at;
    at = at.nextSibling;
    gone.remove();
  }
  return drawn;
}

/** Past a depth that no one writes by hand, nesting is dropped: deep trees are an attack on recursive layout. */
function flat(pieces: Piece[], depth: number): Piece[] {
  if (depth < DEEPEST) return pieces;
  return pieces.flatMap((piece) => ('children' in piece ? flat(piece.children, depth) : [piece]));
}
