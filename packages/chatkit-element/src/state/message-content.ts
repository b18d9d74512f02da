import type { UserContent } from '../protocol.ts';

/** Makes the content of a message from the `text` or `content` of a method or a prompt. On the wire each tag has data. */
export function contentOf({ text, content }: { text?: unknown; content?: unknown }): UserContent[] | undefined {
  if (!Array.isArray(content)) return typeof text === 'string' ? [{ type: 'input_text', text }] : undefined;
  return content.map((part) => (part.type === 'input_tag' ? { ...part, data: part.data ?? {} } : part));
}

export function isBlank(content: readonly UserContent[]): boolean {
  return content.every((part) => part.type === 'input_text' && !part.text.trim());
}

/** Returns the content without blank ends, and with neighbouring texts joined. */
export function trimmed(content: readonly UserContent[]): UserContent[] {
  const joined: UserContent[] = [];
  for (const part of content) {
    const last = joined.at(-1);
    if (part.type === 'input_text' && last?.type === 'input_text')
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    else joined.push(part);
  }
  const first = joined[0];
  if (first?.type === 'input_text') joined[0] = { ...first, text: first.text.trimStart() };
  const last = joined.at(-1);
  if (last?.type === 'input_text') joined[joined.length - 1] = { ...last, text: last.text.trimEnd() };
  return joined.filter((part) => part.type !== 'input_text' || part.text);
}
