import type { Files } from '../../platform/files/index.ts';
import type { AttachmentQueries } from './queries.ts';
import type { Spool } from './spool.ts';
import type { Tickets } from './tickets.ts';

/** What the use cases of attachments work with. */
export type AttachmentDeps = {
  queries: AttachmentQueries;
  files: Files;
  spool: Spool;
  /** Signs the addresses given out. */
  tickets: Tickets;
  /** Has the bytes removed that no attachment needs any more. Call it after something was deleted that may have had files. */
  wakeRemoval(): void;
  log: { warn(details: object, message: string): void };
  limits: AttachmentLimits;
  /** Finds the person, while the session lets them in. */
  personInSession(personId: string, sessionId: string): Promise<unknown>;
};

export type AttachmentLimits = {
  /** The largest file, in bytes. */
  maxBytes: number;
  /** The most files of one message. */
  maxCount: number;
  /** How many bytes one person may keep; 0 is no limit. */
  quota: number;
};

/** Who asks for a file to be announced, and how. */
export type AttachmentContext = {
  person: { id: string };
  /** The session it was asked in, with which the addresses of uploads end. */
  sessionId: string;
  /** What addresses given to this client begin with, such as `https://chat.example`. */
  origin: string;
};
