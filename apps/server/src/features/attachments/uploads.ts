import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Attachment } from '@causerie/chatkit';
import { AppError, errorCodes } from '../../errors.ts';
import type { Files } from '../../platform/files/index.ts';
import { newId } from '../../platform/ids/index.ts';
import { createPlaces } from '../../platform/limits/index.ts';
import { atMost } from './at-most.ts';
import { checkContent } from './content-check.ts';
import type { AttachmentContext } from './context.ts';
import { safeFileName } from './file-name.ts';
import { acceptedEndings, type FileType, fileTypeOf } from './file-types.ts';
import type { AttachmentQueries } from './queries.ts';
import { makeRenditions, type Renditions } from './renditions.ts';
import { missing } from './rows.ts';
import type { createSpool } from './spool.ts';
import type { Tickets } from './tickets.ts';

/** How long the address of an upload is good, in seconds. */
const uploadSeconds = 600;
/** Uploads wait on the disk; only so many are in memory, each some times its size. */
const inMemory = atMost(6);
/** More than anyone has in their composer; a client that goes wrong must not fill the disk within a day. */
const mostUnsent = 50;

/** `quota`: how many bytes one person may keep; 0 is no limit. */
export type UploadLimits = { maxBytes: number; quota: number };

export type Uploads = ReturnType<typeof createUploads>;

/** The two ways in: announced first and put to a signed address (`two_phase`), or sent at once (`direct`). */
export function createUploads(deps: {
  queries: AttachmentQueries;
  files: Files;
  spool: ReturnType<typeof createSpool>;
  tickets: Tickets;
  limits: UploadLimits;
  present(attachment: Attachment, origin: string): Attachment;
  /** Called when bytes became superfluous. */
  sweep(): void;
  /** Who they are, while the session lets them in. */
  personInSession(personId: string, sessionId: string): Promise<unknown>;
}) {
  const { queries, files, spool, tickets, limits, present } = deps;

  /** What is known before the first byte. Throws `unsupported_media_type`, `payload_too_large`, `attachment_invalid`. */
  const accept = (given: string, declared: string, size: number): { type: FileType; name: string } => {
    const type = fileTypeOf(declared, given);
    if (!type) throw notTaken(declared);
    const name = safeFileName(given, type);
    if (size > limits.maxBytes)
      throw new AppError('payload_too_large', `${name} is too large: at most ${limits.maxBytes} bytes are accepted.`);
    if (size <= 0) throw new AppError('attachment_invalid', `${name} is empty.`);
    return { type, name };
  };

  /** Before any byte is taken: however many come at once, they take no more room than there is. */
  const reserve = async (personId: string, attachment: Attachment, size: number): Promise<void> => {
    const most = { unsent: mostUnsent, bytes: limits.quota || Number.POSITIVE_INFINITY };
    const outcome = await queries.announce(personId, { id: attachment.id, size, payload: attachment }, most);
    if (outcome === 'unsent')
      throw new AppError('rate_limited', 'Too many files were uploaded and not sent. Send or remove some first.');
    if (outcome === 'bytes')
      throw new AppError('storage_full', `${attachment.name} does not fit: ${errorCodes.storage_full.message}`, {
        details: { quota: limits.quota },
      });
  };
  const arriving = createPlaces({ each: 1 });

  /** Checks and stores what arrived. The row says "stored" only once everything is safe on disk. */
  const keep = async (personId: string, attachment: Attachment, type: FileType, arrived: Buffer): Promise<void> => {
    const content = await checkContent(arrived, type, attachment.name);
    const renditions = await makeRenditions(content, type, attachment.name);
    const key = randomBytes(16).toString('hex');
    await queries.planFile(key);
    try {
      for (const [part, bytes] of Object.entries({ content, ...renditions })) await files.put(`${key}/${part}`, bytes);
      const { upload_descriptor: _, ...payload } = attachment;
      if (await queries.keep(personId, attachment.id, key, content.length, payload)) return;
    } catch (error) {
      await queries.releaseFile(key).catch(() => {});
      deps.sweep();
      throw error;
    }
    await queries.releaseFile(key);
    deps.sweep();
    if (await queries.find(personId, attachment.id)) throw alreadyThere();
    throw missing(attachment.id);
  };

  return {
    /** First phase: announces a file, and says where its bytes go. */
    async announce(
      { person: { id: personId }, sessionId, origin }: AttachmentContext,
      file: { name: string; size: number; mime_type: string },
    ): Promise<Attachment> {
      const { type, name } = accept(file.name, file.mime_type, file.size);
      const id = newId('atc');
      const ticket = tickets.issue(
        { use: 'upload', id, owner: personId, session: sessionId, size: file.size, type: type.mime },
        uploadSeconds,
      );
      const attachment: Attachment = {
        ...described(id, name, type),
        upload_descriptor: {
          url: `${origin}/api/attachments/${id}/upload?ticket=${ticket}`,
          method: 'PUT',
          headers: { 'Content-Type': type.mime },
        },
      };
      await reserve(personId, attachment, file.size);
      return present(attachment, origin);
    },

    /**
     * Second phase: the bytes. `person` is whoever is signed in, if anyone: the address is enough, but not for others.
     * @throws AppError `forbidden`, `conflict`, `not_found`, `payload_too_large`, `unsupported_media_type`,
     *   `attachment_invalid`
     */
    async put(request: {
      id: string;
      ticket: string;
      personId: string | undefined;
      contentType: string;
      contentLength: number | undefined;
      body: Readable;
    }): Promise<void> {
      const ticket = tickets.check(request.ticket, 'upload', request.id);
      if (ticket === 'forged') throw new AppError('forbidden', 'This upload address is not valid.');
      if (ticket === 'expired') throw new AppError('forbidden', 'This upload address has expired. Ask for a new one.');
      if (request.personId !== undefined && request.personId !== ticket.owner)
        throw new AppError('forbidden', 'This upload address belongs to another account.');
      // Whoever was signed out, or shut out, also loses what was handed out before.
      if (!(await deps.personInSession(ticket.owner, ticket.session)))
        throw new AppError('forbidden', 'This upload address ended with the session it was made in.');
      const row = await queries.find(ticket.owner, ticket.id);
      if (!row) throw missing(ticket.id);
      if (row.fileKey) throw alreadyThere();
      const attachment = row.payload as unknown as Attachment;
      const { name } = attachment;
      if (request.contentType.split(';', 1)[0]!.trim().toLowerCase() !== ticket.type)
        throw new AppError('unsupported_media_type', `${name} was announced as ${ticket.type}.`);
      if (request.contentLength !== undefined && request.contentLength > ticket.size)
        throw largerThanDeclared(name, ticket.size);
      // The same address many times at once would take the disk that one file was given.
      const leave = arriving.take(ticket.id);
      if (typeof leave === 'string') throw new AppError('conflict', `${name} is being uploaded already.`);
      try {
        await spool.receive(request.body, ticket.size, async (read, size) => {
          if (size < ticket.size)
            throw new AppError(
              'attachment_invalid',
              `${name} was announced with ${ticket.size} bytes, but ${size} came.`,
            );
          const type = fileTypeOf(ticket.type, name)!;
          await inMemory(async () => keep(ticket.owner, attachment, type, await read()));
        });
      } catch (error) {
        if (error instanceof AppError && error.code === 'payload_too_large')
          throw largerThanDeclared(name, ticket.size);
        throw error;
      } finally {
        leave();
      }
    },

    /** Both at once: a file as it comes. `atMost`: what the request says of its own length, if it does. */
    async direct(
      personId: string,
      file: { name: string; mime_type: string; body: Readable; atMost: number | undefined },
      origin: string,
    ): Promise<Attachment> {
      const { type, name } = accept(file.name, file.mime_type, 1);
      const attachment = described(newId('atc'), name, type);
      await reserve(personId, attachment, Math.min(file.atMost ?? limits.maxBytes, limits.maxBytes));
      try {
        await spool.receive(file.body, limits.maxBytes, async (read, size) => {
          accept(file.name, file.mime_type, size);
          await inMemory(async () => keep(personId, attachment, type, await read()));
        });
      } catch (error) {
        await queries.remove(personId, attachment.id);
        if (error instanceof AppError && error.code === 'payload_too_large')
          accept(name, type.mime, limits.maxBytes + 1);
        throw error;
      }
      return present(attachment, origin);
    },
  };
}

/** The parts that may be kept under one key. */
export const fileParts = ['content', 'preview', 'model', 'text'] as const satisfies ('content' | keyof Renditions)[];

function described(id: string, name: string, type: FileType): Attachment {
  const base = { id, name, mime_type: type.mime };
  // The address of the preview is signed each time it is given out.
  return type.kind === 'image' ? { ...base, type: 'image', preview_url: '' } : { ...base, type: 'file' };
}

const alreadyThere = () => new AppError('conflict', 'This file has been uploaded already.');
const largerThanDeclared = (name: string, size: number) =>
  new AppError('payload_too_large', `${name} is larger than the ${size} bytes it was announced with.`);

function notTaken(declared: string): AppError {
  const type = declared.replace(/[^\w.+/-]/g, '').slice(0, 100) || 'an unknown type';
  return new AppError(
    'unsupported_media_type',
    `Files of the type ${type} are not accepted. Accepted are: ${acceptedEndings}.`,
  );
}
