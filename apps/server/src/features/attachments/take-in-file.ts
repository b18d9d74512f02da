import type { Readable } from 'node:stream';
import type { Attachment } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import { newId } from '../../platform/ids/index.ts';
import { acceptFile, reserveRoom } from './accept-file.ts';
import type { AttachmentDeps } from './deps.ts';
import { presentAttachment } from './present-attachment.ts';
import { storeFile } from './store-file.ts';

/**
 * A `direct` upload: takes a file that was not announced. `atMost` is the length that the request declares, if it does.
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `attachment_invalid`, `rate_limited`, `storage_full`
 */
export const takeInFile =
  (deps: AttachmentDeps) =>
  async (
    personId: string,
    file: { name: string; mime_type: string; body: Readable; atMost: number | undefined },
    origin: string,
  ): Promise<Attachment> => {
    const { queries, spool, limits } = deps;
    const id = newId('atc');
    const { type, attachment } = acceptFile(deps, id, file, 1);
    await reserveRoom(deps, personId, attachment, Math.min(file.atMost ?? limits.maxBytes, limits.maxBytes));
    try {
      await spool.receive(file.body, limits.maxBytes, async (read, size) => {
        acceptFile(deps, id, file, size);
        await storeFile(deps, personId, attachment, type, read);
      });
    } catch (error) {
      await queries.remove(personId, id);
      // The refusal names the file.
      if (error instanceof AppError && error.code === 'payload_too_large')
        acceptFile(deps, id, file, limits.maxBytes + 1);
      throw error;
    }
    return presentAttachment(deps)(attachment, origin);
  };
