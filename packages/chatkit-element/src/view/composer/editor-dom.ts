import type { UserContent } from '../../protocol.ts';

export type Tag = Extract<UserContent, { type: 'input_tag' }>;

/** Characters just before the caret: `length` of them, which end at `offset` of a text node. */
export type Place = { node: Text; offset: number; length: number };

/** Draws a tag into its place in the editor. */
export type DrawTag = (place: HTMLElement, tag: Tag) => void;

/** The tag of each chip in an editor. */
const tags = new WeakMap<Element, Tag>();

/** Reads what is written in the editor. Browsers make lines in several ways; all of them are read. */
export function readContent(editor: HTMLElement): UserContent[] {
  const content: UserContent[] = [];
  const text = (value: string) => {
    const last = content.at(-1);
    if (last?.type === 'input_text') last.text += value;
    else if (value) content.push({ type: 'input_text', text: value });
  };
  const walk = (node: Node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text((child.nodeValue ?? '').replace(/\u00a0/g, ' '));
      else if (child instanceof HTMLElement) {
        const tag = tags.get(child);
        if (tag) content.push(tag);
        else if (child.tagName === 'BR') text('\n');
        else {
          if (/^(DIV|P)$/.test(child.tagName) && child.previousSibling) text('\n');
          walk(child);
        }
      }
    }
  };
  walk(editor);
  // Browsers keep an empty editor open by a lone line break.
  const only = content[0];
  return content.length === 1 && only?.type === 'input_text' && only.text === '\n' ? [] : content;
}

/** Draws content into the editor and puts the caret behind it if the editor has the focus. */
export function writeContent(editor: HTMLElement, content: readonly UserContent[], draw: DrawTag): void {
  editor.replaceChildren(
    ...content.map((part) => (part.type === 'input_tag' ? chip(part, draw) : document.createTextNode(part.text))),
  );
}

function chip(tag: Tag, draw: DrawTag): HTMLElement {
  const element = document.createElement('span');
  element.className = 'chip';
  element.contentEditable = 'false';
  draw(element, tag);
  tags.set(element, tag);
  return element;
}

/** Returns the caret, if it is in this editor. Browsers tell the selection inside a shadow root in three ways. */
export function caretIn(editor: HTMLElement): { node: Node; offset: number } | null {
  const root = editor.getRootNode() as ShadowRoot & { getSelection?(): Selection | null };
  const selection = root.getSelection?.() ?? document.getSelection();
  if (!selection) return null;
  let node: Node | null = selection.focusNode;
  let offset = selection.focusOffset;
  if (typeof selection.getComposedRanges === 'function' && (!node || !editor.contains(node))) {
    const [range] = selection.getComposedRanges({ shadowRoots: [root] });
    node = range?.endContainer ?? null;
    offset = range?.endOffset ?? 0;
  }
  return node && editor.contains(node) ? { node, offset } : null;
}

/** Returns the text from the start of the caret's text node to the caret: enough to see an `@` or `/` being written. */
export function textBeforeCaret(editor: HTMLElement): { text: string; node: Text; offset: number } | null {
  const caret = caretIn(editor);
  if (!caret) return null;
  let { node, offset } = caret;
  if (node === editor) {
    const before = editor.childNodes[offset - 1];
    if (before?.nodeType !== Node.TEXT_NODE) return null;
    node = before;
    offset = before.nodeValue!.length;
  }
  if (node.nodeType !== Node.TEXT_NODE) return null;
  return { text: node.nodeValue!.slice(0, offset), node: node as Text, offset };
}

/** Puts a tag where `length` characters before the caret were written, and the caret behind it. */
export function insertTag(editor: HTMLElement, tag: Tag, place: Place | null, draw: DrawTag): void {
  const element = chip(tag, draw);
  const space = document.createTextNode('\u00a0');
  if (place?.node.isConnected) {
    const rest = place.node.splitText(place.offset);
    place.node.data = place.node.data.slice(0, place.node.data.length - place.length);
    rest.before(element, space);
  } else editor.append(element, space);
  placeCaret(space, 1);
}

/**
 * Removes the space that was put behind a tag when a sign follows that wants none before it. French keeps it before double
 * signs.
 */
export function closeGapBehindTag(editor: HTMLElement, locale: string): void {
  const written = textBeforeCaret(editor);
  const signs = /^fr\b/.test(locale) ? /^\u00a0[.,)\]…]$/ : /^\u00a0[.,;:!?)\]…。、，！？：；）]$/;
  if (!written || !signs.test(written.text)) return;
  if (!tags.has(written.node.previousSibling as Element)) return;
  written.node.deleteData(0, 1);
  placeCaret(written.node, 1);
}

export function removeBeforeCaret(place: Place): void {
  place.node.deleteData(place.offset - place.length, place.length);
  placeCaret(place.node, place.offset - place.length);
}

export function caretToEnd(editor: HTMLElement): void {
  placeCaret(editor, editor.childNodes.length);
}

function placeCaret(node: Node, offset: number): void {
  document.getSelection()?.collapse(node, offset);
}
