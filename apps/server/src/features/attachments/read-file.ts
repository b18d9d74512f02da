import type { Attachment } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import type { AttachmentDeps } from './deps.ts';
import type { AttachmentRow } from './queries.ts';
import { missing } from './rows.ts';

/** A readable file: its storage key, and the type and name to send it with. */
type ReadableFile = { name: string; mimeType: string; key: string };
type Part = 'content' | 'preview';

/** Finds a file for its owner. Throws `not_found`. */
export const findOwnFile =
  ({ queries }: AttachmentDeps) =>
  async (personId: string, id: string, part: Part): Promise<ReadableFile> =>
    readableOf(await queries.find(personId, id), id, part);

/**
 * Finds the file that the holder of an address may read. Null when the ticket does not allow it, or not any more: a
 * preview's address opens no original, whose metadata may reveal where it was taken. Throws `not_found`.
 */
export const findFileByTicket =
  ({ queries, tickets }: AttachmentDeps) =>
  async (ticket: string, id: string, part: Part): Promise<ReadableFile | null> => {
    const checked = tickets.check(ticket, 'read', id);
    if (typeof checked === 'string' || checked.part !== part) return null;
    return readableOf(await queries.findByTicket(id), id, part);
  };

/** Opens the file. Throws `not_found` when the bytes are gone. */
export const openFile =
  ({ files }: AttachmentDeps) =>
  async ({ key }: ReadableFile) => {
    const opened = await files.open(key);
    if (!opened) throw new AppError('not_found', 'The file is not there any more.');
    return opened;
  };

function readableOf(row: AttachmentRow | null, id: string, part: Part): ReadableFile {
  const attachment = row?.payload as Attachment | undefined;
  if (!row?.fileKey || !attachment || (part === 'preview' && attachment.type !== 'image')) throw missing(id);
  const mimeType = part === 'preview' ? 'image/webp' : attachment.mime_type;
  return { name: attachment.name, mimeType, key: `${row.fileKey}/${part}` };
}
