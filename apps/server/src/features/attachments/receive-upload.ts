import type { Readable } from 'node:stream';
import type { Attachment } from '@causerie/chatkit';
import { AppError } from '../../errors.ts';
import { createPlaces } from '../../platform/limits/index.ts';
import type { AttachmentDeps } from './deps.ts';
import { fileTypeOf } from './file-types.ts';
import { missing } from './rows.ts';
import { alreadyUploaded, storeFile } from './store-file.ts';

/**
 * Second phase of a `two_phase` upload: takes the bytes of an announced file. The address is enough to upload; if the
 * caller is signed in as well (`personId`), it must be the person who announced the file.
 * @throws AppError `forbidden`, `conflict`, `not_found`, `payload_too_large`, `unsupported_media_type`,
 * `attachment_invalid`
 */
export const receiveUpload = (deps: AttachmentDeps) => {
  const { queries, spool, tickets } = deps;
  const arriving = createPlaces({ each: 1 });

  return async (request: {
    id: string;
    ticket: string;
    personId: string | undefined;
    contentType: string;
    contentLength: number | undefined;
    body: Readable;
  }): Promise<void> => {
    const ticket = tickets.check(request.ticket, 'upload', request.id);
    if (ticket === 'forged') throw new AppError('forbidden', 'This upload address is not valid.');
    if (ticket === 'expired') throw new AppError('forbidden', 'This upload address has expired. Ask for a new one.');
    if (request.personId !== undefined && request.personId !== ticket.owner)
      throw new AppError('forbidden', 'This upload address belongs to another account.');
    // A person who was signed out or disabled also loses the addresses they received before.
    if (!(await deps.personInSession(ticket.owner, ticket.session)))
      throw new AppError('forbidden', 'This upload address ended with the session it was made in.');
    const row = await queries.find(ticket.owner, ticket.id);
    if (!row) throw missing(ticket.id);
    if (row.fileKey) throw alreadyUploaded();
    const attachment = row.payload as unknown as Attachment;
    const { name } = attachment;
    if (request.contentType.split(';', 1)[0]!.trim().toLowerCase() !== ticket.type)
      throw new AppError('unsupported_media_type', `${name} was announced as ${ticket.type}.`);
    if (request.contentLength !== undefined && request.contentLength > ticket.size)
      throw largerThanDeclared(name, ticket.size);
    // The same address many times at once would take disk space beyond that of the one file.
    const leave = arriving.take(ticket.id);
    if (typeof leave === 'string') throw new AppError('conflict', `${name} is being uploaded already.`);
    try {
      await spool.receive(request.body, ticket.size, async (read, size) => {
        if (size < ticket.size)
          throw new AppError(
            'attachment_invalid',
            `${name} was announced with ${ticket.size} bytes, but ${size} came.`,
          );
        await storeFile(deps, ticket.owner, attachment, fileTypeOf(ticket.type, name)!, read);
      });
    } catch (error) {
      if (error instanceof AppError && error.code === 'payload_too_large') throw largerThanDeclared(name, ticket.size);
      throw error;
    } finally {
      leave();
    }
  };
};

const largerThanDeclared = (name: string, size: number) =>
  new AppError('payload_too_large', `${name} is larger than the ${size} bytes it was announced with.`);
