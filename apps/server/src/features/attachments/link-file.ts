import type { AttachmentDeps } from './deps.ts';
import { missing } from './rows.ts';

/** How long a file's address is valid, in seconds: clients request it when the file is opened. */
const linkSeconds = 300;

/** Makes an address of a person's file that works without any header for a few minutes. Throws `not_found`. */
export const linkFile =
  ({ queries, tickets }: AttachmentDeps) =>
  async (personId: string, id: string, origin: string): Promise<string> => {
    const row = await queries.find(personId, id);
    if (!row?.fileKey) throw missing(id);
    return `${origin}/api/attachments/${id}/content?ticket=${tickets.issue({ use: 'read', id, part: 'content' }, linkSeconds)}`;
  };
