import type { Attachment } from '@causerie/chatkit';
import { newId } from '../../platform/ids/index.ts';
import { acceptFile, reserveRoom } from './accept-file.ts';
import type { AttachmentContext, AttachmentDeps } from './deps.ts';
import { presentAttachment } from './present-attachment.ts';

/** How long an upload address is valid, in seconds. */
const uploadSeconds = 600;

/**
 * First phase of a `two_phase` upload: announces a file, and returns the address for its bytes.
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `attachment_invalid`, `rate_limited`, `storage_full`
 */
export const announceFile =
  (deps: AttachmentDeps) =>
  async (
    { person: { id: personId }, sessionId, origin }: AttachmentContext,
    file: { name: string; size: number; mime_type: string },
  ): Promise<Attachment> => {
    const id = newId('atc');
    const accepted = acceptFile(deps, id, file, file.size);
    const type = accepted.type.mime;
    const ticket = deps.tickets.issue(
      { use: 'upload', id, owner: personId, session: sessionId, size: file.size, type },
      uploadSeconds,
    );
    const attachment: Attachment = {
      ...accepted.attachment,
      upload_descriptor: {
        url: `${origin}/api/attachments/${id}/upload?ticket=${ticket}`,
        method: 'PUT',
        headers: { 'Content-Type': type },
      },
    };
    await reserveRoom(deps, personId, attachment, file.size);
    return presentAttachment(deps)(attachment, origin);
  };
