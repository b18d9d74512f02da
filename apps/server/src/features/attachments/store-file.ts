import { randomBytes } from 'node:crypto';
import type { Attachment } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import { atMost } from './at-most.ts';
import { checkContent } from './content-check.ts';
import type { AttachmentDeps } from './deps.ts';
import type { FileType } from './file-types.ts';
import { makeRenditions } from './renditions.ts';
import { missing } from './rows.ts';

/** Uploads wait on the disk; only this many are in memory, each at several times its size. */
const inMemory = atMost(6);

/**
 * Checks and stores a file that arrived whole. The row becomes "stored" only once all parts are safe on disk.
 * @throws AppError `attachment_invalid`, `unsupported_media_type`, `conflict`, `not_found`
 */
export const storeFile = (
  { queries, files, wakeRemoval }: AttachmentDeps,
  personId: string,
  attachment: Attachment,
  type: FileType,
  read: () => Promise<Buffer>,
): Promise<void> =>
  inMemory(async () => {
    const content = await checkContent(await read(), type, attachment.name);
    const renditions = await makeRenditions(content, type, attachment.name);
    const key = randomBytes(16).toString('hex');
    await queries.planFile(key);
    try {
      for (const [part, bytes] of Object.entries({ content, ...renditions })) await files.put(`${key}/${part}`, bytes);
      const { upload_descriptor: _, ...payload } = attachment;
      if (await queries.keep(personId, attachment.id, key, content.length, payload)) return;
    } catch (error) {
      await queries.releaseFile(key).catch(() => {});
      wakeRemoval();
      throw error;
    }
    await queries.releaseFile(key);
    wakeRemoval();
    if (await queries.find(personId, attachment.id)) throw alreadyUploaded();
    throw missing(attachment.id);
  });

export const alreadyUploaded = () => new AppError('conflict', 'This file has been uploaded already.');
