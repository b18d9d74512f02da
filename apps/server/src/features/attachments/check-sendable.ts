import { AppError } from '../../errors.ts';
import type { AttachmentDeps } from './deps.ts';
import { missing } from './rows.ts';

/**
 * Throws unless a message may carry these files.
 * @param threadId the thread of the message; null for a new one
 * @throws AppError `attachment_invalid`, `not_found`, `conflict`
 */
export const checkSendable =
  ({ queries, limits }: AttachmentDeps) =>
  async (personId: string, ids: readonly string[], threadId: string | null): Promise<void> => {
    if (ids.length === 0) return;
    if (ids.length > limits.maxCount)
      throw new AppError('attachment_invalid', `A message may carry at most ${limits.maxCount} files.`);
    if (new Set(ids).size < ids.length)
      throw new AppError('attachment_invalid', 'A message may name each file only once.');
    const rows = await queries.findAll(personId, [...ids]);
    for (const id of ids) {
      const row = rows.find((candidate) => candidate.id === id);
      if (!row) throw missing(id);
      const name = String(row.payload.name);
      if (!row.fileKey) throw new AppError('conflict', `${name} has not been uploaded yet.`);
      // A file is deleted with its thread, so it can belong to one only.
      if (row.conversationId !== null && row.conversationId !== threadId)
        throw new AppError('conflict', `${name} was sent in another thread. Upload it again to send it here.`);
    }
  };
