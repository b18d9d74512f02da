import type { Attachment } from '@causerie/chatkit';
import type { Pool } from 'pg';
import { AppError } from '../../errors.ts';
import { createAttachmentQueries } from './queries.ts';

/** People's attachments, fetched as the person who asks. Throws `not_found` for another's as for one that never was. */
export function createAttachmentRows(pool: Pool) {
  const queries = createAttachmentQueries(pool);
  return {
    async load(personId: string, id: string): Promise<Attachment> {
      const row = await queries.find(personId, id);
      if (!row) throw missing(id);
      return row.payload as unknown as Attachment;
    },
    /** Throws `not_found` also when the file was sent in another thread. */
    async save(personId: string, attachment: Attachment): Promise<void> {
      const conversationId = attachment.thread_id ?? null;
      const saved = await queries.save(personId, { id: attachment.id, conversationId, payload: attachment });
      if (!saved) throw missing(attachment.id);
    },
    async remove(personId: string, id: string): Promise<void> {
      if (!(await queries.remove(personId, id))) throw missing(id);
    },
  };
}

export const missing = (id: string) => new AppError('not_found', `Attachment ${id} not found`);
