import type { AttachmentDeps } from './deps.ts';
import { removeReleasedFiles } from './remove-released-files.ts';

/** The hourly job: removes files that were never sent, released bytes, and the remains of uploads. */
export const cleanFiles = (deps: AttachmentDeps) => async (): Promise<void> => {
  await deps.queries.removeOrphans();
  await removeReleasedFiles(deps)();
  await deps.spool.removeForgotten();
};
