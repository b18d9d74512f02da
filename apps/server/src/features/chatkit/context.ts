import type { Person } from '../accounts/index.ts';

/** Who asks, and how they want to be answered. Made new for each request, and never changed. */
export type ChatKitContext = {
  readonly person: Person;
  /** The session they ask in, with which the addresses they are given for uploads end. */
  readonly sessionId: string;
  /** BCP 47, from `Accept-Language`. */
  readonly locale: string;
  /** What addresses given to this client begin with, such as `https://chat.example`. */
  readonly origin: string;
  /** Its lines carry the request's id. */
  readonly log: Log;
};

export type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  debug(details: object, message: string): void;
  error(details: object, message: string): void;
};
