import type { Attachment, ThreadItem, UserMessageItem } from '@causerie/chatkit';
import { type AgentInputContent, ThreadItemConverter } from '@causerie/chatkit/agents';
import type { Files } from '../../platform/files/index.ts';
import { fileTypeOf } from './file-types.ts';
import type { AttachmentQueries } from './queries.ts';
import { mostTextKept } from './renditions.ts';
import { readText } from './text-encoding.ts';

/** How much of its files a model receives in one turn; the newest come first. */
export type ModelShare = { images: number; characters: number };

type Deps = { queries: AttachmentQueries; files: Files; share: ModelShare };

/**
 * Shows attachments to a model: images as they are, PDF and text files as text under a line that names the file.
 *
 * Every turn sends the thread again, files included. Files beyond the limit are only named: a long thread with many files
 * costs no more than a short one, and one large file does not fill a model's context.
 */
export function createAttachmentConverter(deps: Deps): ThreadItemConverter {
  return new (class extends ThreadItemConverter {
    override async toAgentInput(items: ThreadItem | readonly ThreadItem[]) {
      const list: readonly ThreadItem[] = Array.isArray(items) ? items : [items];
      return new TurnConverter(await readAll(deps, list)).toAgentInput(list);
    }
  })();
}

class TurnConverter extends ThreadItemConverter {
  readonly #contents: Map<string, AgentInputContent>;

  constructor(contents: Map<string, AgentInputContent>) {
    super();
    this.#contents = contents;
  }

  override attachmentToMessageContent(attachment: Attachment): AgentInputContent {
    return this.#contents.get(attachment.id) ?? text(`[Attached file: ${attachment.name}]`);
  }

  /** Mentions are passed on by name until they refer to something. */
  override tagToMessageContent(tag: { text: string }): AgentInputContent {
    return text(tag.text);
  }
}

async function readAll({ queries, files, share }: Deps, items: readonly ThreadItem[]) {
  const left = { ...share };
  const contents = new Map<string, AgentInputContent>();
  const messages = items.filter((item): item is UserMessageItem => item.type === 'user_message').toReversed();
  for (const message of messages) {
    for (const attachment of message.attachments) {
      if (!contents.has(attachment.id)) contents.set(attachment.id, await read(message.thread_id, attachment));
    }
  }
  return contents;

  async function read(threadId: string, { id, name, mime_type }: Attachment): Promise<AgentInputContent> {
    const row = await queries.findSent(threadId, id);
    if (!row?.fileKey) return text(`[Attached file: ${name}. It has been deleted.]`);
    const kind = fileTypeOf(mime_type, name)?.kind;
    if (kind === 'image') {
      if (left.images === 0) return text(`[Attached image: ${name}. It was shown earlier in this conversation.]`);
      left.images--;
      const image = await files.read(`${row.fileKey}/model`);
      return { type: 'input_image', image: `data:image/jpeg;base64,${image.toString('base64')}`, detail: 'auto' };
    }
    const bytes = await files.read(`${row.fileKey}/${kind === 'pdf' ? 'text' : 'content'}`);
    const whole = (readText(bytes) ?? '').slice(0, mostTextKept);
    if (!whole.trim()) return text(`[Attached file: ${name} (${mime_type}). It holds no text that can be read.]`);
    if (left.characters === 0) return text(`[Attached file: ${name} (${mime_type}). Its text was shown earlier.]`);
    const part = whole.slice(0, left.characters).toWellFormed();
    left.characters -= part.length;
    const cut = part.length < whole.length ? `; only the first ${part.length} characters are shown` : '';
    return text(`[Attached file: ${name} (${mime_type})${cut}]\n${part}\n[End of ${name}]`);
  }
}

const text = (words: string): AgentInputContent => ({ type: 'input_text', text: words });
