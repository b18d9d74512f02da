import type { Files } from '../../platform/files/index.ts';
import type { AttachmentQueries } from './queries.ts';
import type { Renditions } from './renditions.ts';

/** The parts that may be kept under one key. */
const fileParts = ['content', 'preview', 'model', 'text'] as const satisfies ('content' | keyof Renditions)[];

export type ReleasedFiles = ReturnType<typeof createReleasedFiles>;

/** Removes the bytes that no attachment needs any more. */
export function createReleasedFiles(deps: {
  queries: AttachmentQueries;
  files: Files;
  log: { warn(details: object, message: string): void };
}) {
  const { queries, files, log } = deps;
  const sweeping = new Set<Promise<void>>();

  /** Removes what is due. What fails is tried again by the next job. */
  const remove = async (): Promise<void> => {
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

  return {
    remove,
    /** Starts a removal and returns at once. Call it after something was deleted that may have had files. */
    sweep(): void {
      const work = remove()
        .catch((error) => log.warn({ err: error }, 'released files could not be looked for'))
        .finally(() => sweeping.delete(work));
      sweeping.add(work);
    },
    /** Waits for removals under way. */
    async close(): Promise<void> {
      await Promise.all(sweeping);
    },
  };
}
