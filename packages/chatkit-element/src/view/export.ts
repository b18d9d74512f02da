import type { Item, UserContent } from '../protocol.ts';
import type { Session } from '../state/session.ts';

/** Writes the conversation as a Markdown document: what was said, not how it looked. */
export function asMarkdown(session: Session): string {
  const t = session.t.value;
  const title = session.conversation.thread.value?.title ?? t('chat.title');
  const parts = [`# ${title.replace(/\s+/g, ' ')}`];
  let speaker = '';
  for (const { item } of session.conversation.entries.value) {
    const text = textOf(item);
    if (!text) continue;
    const now = item.type === 'user_message' ? t('chat.you') : t('chat.assistant');
    if (now !== speaker) parts.push(`## ${now}`);
    speaker = now;
    parts.push(text);
  }
  return `${parts.join('\n\n')}\n`;
}

/** Returns the text of an item, as it is copied and exported. */
export function textOf(item: Item): string {
  switch (item.type) {
    case 'user_message': {
      const quoted = item.quoted_text ? `${item.quoted_text.replace(/^/gm, '> ')}\n\n` : '';
      const files = (item.attachments ?? []).map((file) => `\n\n[${file.name}]`).join('');
      return `${quoted}${plainText(item.content)}${files}`.trim();
    }
    case 'assistant_message':
      return item.content
        .map((part) => part.text)
        .join('\n\n')
        .trim();
    case 'widget':
      return item.copy_text ?? '';
    case 'generated_image':
      return item.image?.url && !item.image.url.startsWith('data:') ? `![](${item.image.url})` : '';
    default:
      return '';
  }
}

export function plainText(content: readonly UserContent[]): string {
  return content.map((part) => (part.type === 'input_tag' ? `@${part.text}` : part.text)).join('');
}

export function downloadMarkdown(session: Session): void {
  const title = session.conversation.thread.value?.title ?? 'chat';
  // A title may hold any character; a file name may not.
  const name =
    title
      .replace(/[^\p{L}\p{N}_-]+/gu, ' ')
      .trim()
      .slice(0, 80) || 'chat';
  const url = URL.createObjectURL(new Blob([asMarkdown(session)], { type: 'text/markdown' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  session.log('thread.export');
}
