import { errorCodes } from '@causerie/api/error-codes';
import type { Attachment } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { AttachmentDeps } from './deps.ts';
import { safeFileName } from './file-name.ts';
import { acceptedEndings, type FileType, fileTypeOf } from './file-types.ts';

/** More files than any person attaches; a faulty client must not fill the disk within a day. */
const mostUnsent = 50;

/**
 * Checks the announced facts of a file before its first byte, and describes its attachment.
 * @param size in bytes, as far as it is known
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `attachment_invalid`
 */
export function acceptFile(
  { limits }: AttachmentDeps,
  id: string,
  given: { name: string; mime_type: string },
  size: number,
): { type: FileType; attachment: Attachment } {
  const type = fileTypeOf(given.mime_type, given.name);
  if (!type) throw refuseType(given.mime_type);
  const name = safeFileName(given.name, type);
  if (size > limits.maxBytes)
    throw new AppError('payload_too_large', `${name} is too large: at most ${limits.maxBytes} bytes are accepted.`);
  if (size <= 0) throw new AppError('attachment_invalid', `${name} is empty.`);
  const base = { id, name, mime_type: type.mime };
  // The preview's address is signed anew for each client that receives it.
  const attachment: Attachment =
    type.kind === 'image' ? { ...base, type: 'image', preview_url: '' } : { ...base, type: 'file' };
  return { type, attachment };
}

/**
 * Reserves the space of a file before any byte is taken, so that concurrent uploads together take no more than there is.
 * @throws AppError `rate_limited`, `storage_full`
 */
export async function reserveRoom(
  { queries, limits }: AttachmentDeps,
  personId: string,
  attachment: Attachment,
  size: number,
): Promise<void> {
  const most = { unsent: mostUnsent, bytes: limits.quota || Number.POSITIVE_INFINITY };
  const outcome = await queries.announce(personId, { id: attachment.id, size, payload: attachment }, most);
  if (outcome === 'unsent')
    throw new AppError('rate_limited', 'Too many files were uploaded and not sent. Send or remove some first.');
  if (outcome === 'bytes')
    throw new AppError('storage_full', `${attachment.name} does not fit: ${errorCodes.storage_full.message}`, {
      details: { quota: limits.quota },
    });
}

function refuseType(declared: string): AppError {
  const type = declared.replace(/[^\w.+/-]/g, '').slice(0, 100) || 'an unknown type';
  return new AppError(
    'unsupported_media_type',
    `Files of the type ${type} are not accepted. Accepted are: ${acceptedEndings}.`,
  );
}
