import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors.ts';

/** No upload takes this long: an older file was left by a process that died. */
const forgottenMs = 3_600_000;

export type Spool = ReturnType<typeof createSpool>;

/** Incoming files are on disk: a slow phone would otherwise hold ten megabytes of memory for minutes. */
export function createSpool(directory: string) {
  return {
    /**
     * Takes a stream up to `limit` bytes, passes its bytes to `use`, and removes the file afterwards.
     * @throws AppError `payload_too_large` beyond the limit, `bad_request` when the stream breaks off
     */
    async receive<T>(from: Readable, limit: number, use: (read: () => Promise<Buffer>, size: number) => Promise<T>) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = join(directory, randomUUID());
      let size = 0;
      try {
        try {
          await pipeline(
            // Stays open when it is too long: destroying a request destroys its answer too.
            from.iterator({ destroyOnReturn: false }),
            async function* (chunks: AsyncIterable<Buffer>) {
              for await (const chunk of chunks) {
                size += chunk.length;
                if (size > limit) throw new AppError('payload_too_large', `The upload is larger than ${limit} bytes.`);
                yield chunk;
              }
            },
            createWriteStream(path, { flags: 'wx', mode: 0o600 }),
          );
        } catch (error) {
          // Discards the rest; unread, it would block the connection.
          from.resume();
          if (error instanceof AppError) throw error;
          if (!['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'ABORT_ERR'].includes((error as { code: string }).code))
            throw error;
          throw new AppError('bad_request', 'The upload broke off.', { cause: error });
        }
        return await use(() => readFile(path), size);
      } finally {
        await rm(path, { force: true });
      }
    },

    async removeForgotten(now = Date.now()): Promise<void> {
      for (const name of await readdir(directory).catch(() => [])) {
        const path = join(directory, name);
        const found = await stat(path).catch(() => undefined);
        if (found && now - found.mtimeMs > forgottenMs) await rm(path, { force: true });
      }
    },
  };
}
