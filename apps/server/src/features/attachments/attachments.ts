import { join } from 'node:path';
import type { AttachmentStore } from '@causerie/chatkit';
import type { Pool } from 'pg';
import type { Files } from '../../platform/files/index.ts';
import { ChatKitAttachmentStore } from './chatkit-attachment-store.ts';
import { checkSendable } from './check-sendable.ts';
import { cleanFiles } from './clean-files.ts';
import { createAttachmentConverter, type ModelShare } from './converter.ts';
import type { AttachmentContext, AttachmentDeps, AttachmentLimits } from './deps.ts';
import { linkFile } from './link-file.ts';
import { listOwnedFiles } from './list-owned-files.ts';
import { presentAttachment } from './present-attachment.ts';
import { createAttachmentQueries } from './queries.ts';
import { findFileByTicket, findOwnFile, openFile } from './read-file.ts';
import { receiveUpload } from './receive-upload.ts';
import { removeReleasedFiles } from './remove-released-files.ts';
import { createAttachmentRows } from './rows.ts';
import { createSpool } from './spool.ts';
import { takeInFile } from './take-in-file.ts';
import { createTickets } from './tickets.ts';

export type Attachments = ReturnType<typeof createAttachments>;

/** Files that people send with messages (docs/attachments.md). */
export function createAttachments(given: {
  pool: Pool;
  files: Files;
  /** Signs the addresses that clients receive. */
  key: Buffer;
  config: AttachmentLimits & { modelShare: ModelShare; dataDir: string };
  personInSession: AttachmentDeps['personInSession'];
  wakeRemoval: AttachmentDeps['wakeRemoval'];
  log: AttachmentDeps['log'];
  now?: () => number;
}) {
  const { pool, files, config } = given;
  const queries = createAttachmentQueries(pool);
  const deps: AttachmentDeps = {
    queries,
    files,
    wakeRemoval: given.wakeRemoval,
    log: given.log,
    spool: createSpool(join(config.dataDir, 'uploads')),
    tickets: createTickets(given.key, given.now),
    limits: config,
    personInSession: given.personInSession,
  };

  return {
    /** The largest file, in bytes. */
    maxBytes: config.maxBytes,
    /** The most bytes that one person may store; 0 is no limit. */
    quota: config.quota,

    rows: createAttachmentRows(pool),
    store: new ChatKitAttachmentStore(deps) as AttachmentStore<AttachmentContext>,
    converter: createAttachmentConverter({ queries, files, share: config.modelShare }),

    receiveUpload: receiveUpload(deps),
    takeInFile: takeInFile(deps),
    checkSendable: checkSendable(deps),
    present: presentAttachment(deps),
    link: linkFile(deps),
    findOwnFile: findOwnFile(deps),
    findFileByTicket: findFileByTicket(deps),
    openFile: openFile(deps),

    ownedBy: listOwnedFiles(deps),
    storageOf: queries.storageOf,
    /** Both run in the transaction of `client`; after the second, call `sweep`. */
    transferAll: queries.transferAll,
    removeAllOf: queries.removeAllOf,

    sweep: given.wakeRemoval,
    /** Two jobs: the first runs when it is woken, the second each hour. */
    removeReleased: removeReleasedFiles(deps),
    clean: cleanFiles(deps),
  };
}
