import type { Attachment } from '@causerie/chatkit';
import type { AttachmentDeps } from './deps.ts';

/** How long the address of a preview is good, in seconds; a client gets a new one each time it loads the thread. */
const previewSeconds = 3600;

/** Gives an attachment as a client may use it, with the address of its preview, which is good for an hour. */
export const presentAttachment =
  ({ tickets }: Pick<AttachmentDeps, 'tickets'>) =>
  (attachment: Attachment, origin: string): Attachment => {
    if (attachment.type !== 'image') return attachment;
    const ticket = tickets.issue({ use: 'read', id: attachment.id, part: 'preview' }, previewSeconds);
    return { ...attachment, preview_url: `${origin}/api/attachments/${attachment.id}/preview?ticket=${ticket}` };
  };
