import type { AttachmentDeps } from './deps.ts';

const pageSize = 200;

/** Lists a person's files, oldest first. */
export const listOwnedFiles = ({ queries }: AttachmentDeps) =>
  async function* (personId: string): AsyncGenerator<Record<string, unknown>> {
    for (let after = ''; ; ) {
      const rows = await queries.listOwned(personId, after, pageSize);
      for (const { id, conversationId, size, createdAt, payload } of rows)
        yield { ...payload, id, thread_id: conversationId, size, created_at: createdAt.toISOString() };
      if (rows.length < pageSize) return;
      after = rows.at(-1)!.id;
    }
  };
