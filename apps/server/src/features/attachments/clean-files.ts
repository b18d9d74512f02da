import type { AttachmentDeps } from './deps.ts';

/** The hourly job: removes files that were never sent, bytes that were released, and what uploads left behind. */
export const cleanFiles =
  ({ queries, released, spool }: AttachmentDeps) =>
  async (): Promise<void> => {
    await queries.removeOrphans();
    await released.remove();
    await spool.removeForgotten();
  };
