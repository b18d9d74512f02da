import type { AttachmentDeps } from './deps.ts';
import type { Renditions } from './renditions.ts';

/** The parts that may be stored under one key. */
const fileParts = ['content', 'preview', 'model', 'text'] as const satisfies ('content' | keyof Renditions)[];

/** Removes the bytes that no attachment needs any more. The next job retries failed removals. */
export const removeReleasedFiles =
  ({ queries, files, log }: Pick<AttachmentDeps, 'queries' | 'files' | 'log'>) =>
  async (): Promise<void> => {
    for (let keys = await queries.claimRemovals(50); keys.length > 0; keys = await queries.claimRemovals(50)) {
      for (const key of keys) {
        try {
          await Promise.all(fileParts.map((part) => files.remove(`${key}/${part}`)));
          await queries.forgetRemoval(key);
        } catch (error) {
          log.warn({ err: error, key }, 'the bytes of a file could not be removed; they will be later');
        }
      }
    }
  };
