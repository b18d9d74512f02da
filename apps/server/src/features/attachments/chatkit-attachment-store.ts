import { type Attachment, AttachmentStore } from '@causerie/chatkit';
import { announceFile } from './announce-file.ts';
import type { AttachmentContext, AttachmentDeps } from './deps.ts';

/** The attachments of ChatKit requests. */
export class ChatKitAttachmentStore extends AttachmentStore<AttachmentContext> {
  readonly #deps: AttachmentDeps;

  constructor(deps: AttachmentDeps) {
    super();
    this.#deps = deps;
  }

  override createAttachment(
    file: { name: string; size: number; mime_type: string },
    context: AttachmentContext,
  ): Promise<Attachment> {
    return announceFile(this.#deps)(context, file);
  }

  /** Deletes the row at once, and with it the right to see the file; the bytes follow. */
  async deleteAttachment(id: string, context: AttachmentContext): Promise<void> {
    await this.#deps.queries.remove(context.person.id, id);
    this.#deps.wakeRemoval();
  }
}
