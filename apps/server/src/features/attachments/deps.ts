import type { Files } from '../../platform/files/index.ts';
import type { AttachmentQueries } from './queries.ts';
import type { Spool } from './spool.ts';
import type { Tickets } from './tickets.ts';

/** The dependencies of the attachments' use cases. */
export type AttachmentDeps = {
  queries: AttachmentQueries;
  files: Files;
  spool: Spool;
  /** Signs the addresses that clients receive. */
  tickets: Tickets;
  /** Removes the bytes that no attachment needs any more. Call it after something that may have had files was deleted. */
  wakeRemoval(): void;
  log: { warn(details: object, message: string): void };
  limits: AttachmentLimits;
  /** Finds the person, while their session is valid. */
  personInSession(personId: string, sessionId: string): Promise<unknown>;
};

export type AttachmentLimits = {
  /** The largest file, in bytes. */
  maxBytes: number;
  /** The most files of one message. */
  maxCount: number;
  /** The most bytes that one person may store; 0 is no limit. */
  quota: number;
};

/** The caller who announces a file, and how. */
export type AttachmentContext = {
  person: { id: string };
  /** The session of the request; upload addresses end with it. */
  sessionId: string;
  /** The origin of addresses given to this client, such as `https://chat.example`. */
  origin: string;
};
