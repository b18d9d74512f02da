import { join } from 'node:path';
import { type Attachment, AttachmentStore } from '@causerie/chatkit';
import type { Pool } from 'pg';
import { AppError } from '../../errors.ts';
import type { Files } from '../../platform/files/index.ts';
import type { AttachmentContext } from './context.ts';
import { createAttachmentConverter, type ModelShare } from './converter.ts';
import { createAttachmentQueries } from './queries.ts';
import { createAttachmentRows, missing } from './rows.ts';
import { createSpool } from './spool.ts';
import { createTickets } from './tickets.ts';
import { createUploads, fileParts } from './uploads.ts';

export { createAttachmentRows } from './rows.ts';

/** How long the address of a preview is good, in seconds; a client gets a new one each time it loads the thread. */
const previewSeconds = 3600;
/** How long the address of a file is good, in seconds: it is asked for when the file is opened. */
const linkSeconds = 300;

/** A file that may be read: what of it is there, and as what to send it. */
export type ReadableFile = { name: string; mimeType: string; key: string };

export type Attachments = ReturnType<typeof createAttachments>;

/** Files that people send along with messages (docs/attachments.md). */
export function createAttachments(deps: {
  pool: Pool;
  files: Files;
  /** Signs the addresses given out. */
  key: Buffer;
  config: { maxBytes: number; maxCount: number; quota: number; modelShare: ModelShare; dataDir: string };
  /** Who they are, while the session lets them in. */
  personInSession(personId: string, sessionId: string): Promise<unknown>;
  log: { warn(details: object, message: string): void };
  now?: () => number;
}) {
  const { files, config, log } = deps;
  const queries = createAttachmentQueries(deps.pool);
  const tickets = createTickets(deps.key, deps.now);
  const spool = createSpool(join(config.dataDir, 'uploads'));

  /** An attachment as a client may use it, from now on and for an hour. */
  const present = (attachment: Attachment, origin: string): Attachment => {
    if (attachment.type !== 'image') return attachment;
    const ticket = tickets.issue({ use: 'read', id: attachment.id, part: 'preview' }, previewSeconds);
    return { ...attachment, preview_url: `${origin}/api/attachments/${attachment.id}/preview?ticket=${ticket}` };
  };

  /** Removes the bytes that nobody needs any more. What fails is tried again by the next job. */
  const removeReleased = async (): Promise<void> => {
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
  const sweeping = new Set<Promise<void>>();
  const sweep = () => {
    const work = removeReleased()
      .catch((error) => log.warn({ err: error }, 'released files could not be looked for'))
      .finally(() => sweeping.delete(work));
    sweeping.add(work);
  };

  const uploads = createUploads({
    queries,
    files,
    spool,
    tickets,
    limits: { maxBytes: config.maxBytes, quota: config.quota },
    present,
    sweep,
    personInSession: deps.personInSession,
  });

  class OwnAttachmentStore extends AttachmentStore<AttachmentContext> {
    override createAttachment(params: { name: string; size: number; mime_type: string }, context: AttachmentContext) {
      return uploads.announce(context, params);
    }

    /** The row goes at once, and with it the right to see the file; the bytes follow. */
    async deleteAttachment(id: string, context: AttachmentContext): Promise<void> {
      await queries.remove(context.person.id, id);
      sweep();
    }
  }

  const readable = async (
    who: { personId: string } | { ticket: string },
    id: string,
    part: 'content' | 'preview',
  ): Promise<ReadableFile> => {
    const row = 'ticket' in who ? await queries.findByTicket(id) : await queries.find(who.personId, id);
    const attachment = row?.payload as Attachment | undefined;
    if (!row?.fileKey || !attachment || (part === 'preview' && attachment.type !== 'image')) throw missing(id);
    const mimeType = part === 'preview' ? 'image/webp' : attachment.mime_type;
    return { name: attachment.name, mimeType, key: `${row.fileKey}/${part}` };
  };

  return {
    rows: createAttachmentRows(deps.pool),
    store: new OwnAttachmentStore() as AttachmentStore<AttachmentContext>,
    converter: createAttachmentConverter({ queries, files, share: config.modelShare }),
    uploads,
    present,

    /** Where the person's file can be had for a few minutes, without any header. Throws `not_found`. */
    async link(personId: string, id: string, origin: string): Promise<string> {
      const row = await queries.find(personId, id);
      if (!row?.fileKey) throw missing(id);
      return `${origin}/api/attachments/${id}/content?ticket=${tickets.issue({ use: 'read', id, part: 'content' }, linkSeconds)}`;
    },

    /** The largest file, in bytes. */
    maxBytes: config.maxBytes,

    /**
     * Lets a message go with these files, or says why not.
     * @param threadId where it goes; null for a new thread
     * @throws AppError `attachment_invalid`, `not_found`, `conflict`
     */
    async checkSendable(personId: string, ids: readonly string[], threadId: string | null): Promise<void> {
      if (ids.length === 0) return;
      if (ids.length > config.maxCount)
        throw new AppError('attachment_invalid', `A message may carry at most ${config.maxCount} files.`);
      if (new Set(ids).size < ids.length)
        throw new AppError('attachment_invalid', 'A message may name each file only once.');
      const rows = await queries.findAll(personId, [...ids]);
      for (const id of ids) {
        const row = rows.find((candidate) => candidate.id === id);
        if (!row) throw missing(id);
        const name = String(row.payload.name);
        if (!row.fileKey) throw new AppError('conflict', `${name} has not been uploaded yet.`);
        // It goes with its thread, so it can belong to one only.
        if (row.conversationId !== null && row.conversationId !== threadId)
          throw new AppError('conflict', `${name} was sent in another thread. Upload it again to send it here.`);
      }
    },

    /**
     * What the holder of an address may read. Null when the ticket is not, or no longer, good for that: the address of a
     * preview opens no original, which may tell where it was taken.
     */
    async readByTicket(ticket: string, id: string, part: 'content' | 'preview'): Promise<ReadableFile | null> {
      const checked = tickets.check(ticket, 'read', id);
      return typeof checked === 'string' || checked.part !== part ? null : readable({ ticket }, id, part);
    },
    readByOwner: (personId: string, id: string, part: 'content' | 'preview') => readable({ personId }, id, part),
    /** Throws `not_found` when the bytes are gone. */
    async open({ key }: ReadableFile) {
      const opened = await files.open(key);
      if (!opened) throw new AppError('not_found', 'The file is not there any more.');
      return opened;
    },

    /** How many bytes one person may keep; 0 is no limit. */
    quota: config.quota,
    storageOf: queries.storageOf,

    /** What is known of a person's files, oldest first. */
    async *ownedBy(personId: string): AsyncGenerator<Record<string, unknown>> {
      for (let after = ''; ; ) {
        const rows = await queries.listOwned(personId, after, 200);
        for (const { id, conversationId, size, createdAt, payload } of rows)
          yield { ...payload, id, thread_id: conversationId, size, created_at: createdAt.toISOString() };
        if (rows.length < 200) return;
        after = rows.at(-1)!.id;
      }
    },
    /** Both run in the transaction of `client`; after the second, call `sweep`. */
    transferAll: queries.transferAll,
    removeAllOf: queries.removeAllOf,

    /** Call it after something was deleted that may have had files; it returns at once. */
    sweep,

    /** The hourly job: what was never sent, what was released, what uploads left behind. */
    async clean(): Promise<void> {
      await queries.removeOrphans();
      await removeReleased();
      await spool.removeForgotten();
    },

    /** Waits for removals under way. */
    async close(): Promise<void> {
      await Promise.all(sweeping);
    },
  };
}
