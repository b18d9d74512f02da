import type { Attachment } from '@causerie/chatkit';
import type { AttachmentDeps } from './deps.ts';

/** How long a preview's address is valid, in seconds; a client gets a new one each time it loads the thread. */
const previewSeconds = 3600;

/** Returns an attachment for a client, with a preview address that is valid for an hour. */
export const presentAttachment =
  ({ tickets }: Pick<AttachmentDeps, 'tickets'>) =>
  (attachment: Attachment, origin: string): Attachment => {
    if (attachment.type !== 'image') return attachment;
    const ticket = tickets.issue({ use: 'read', id: attachment.id, part: 'preview' }, previewSeconds);
    return { ...attachment, preview_url: `${origin}/api/attachments/${attachment.id}/preview?ticket=${ticket}` };
  };
