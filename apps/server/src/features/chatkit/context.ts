import type { Person } from '../accounts/index.ts';

/** The caller of a request, and how they want to be answered. A new one for each request; never changed. */
export type ChatKitContext = {
  readonly person: Person;
  /** The session of the request; upload addresses given to it end with it. */
  readonly sessionId: string;
  /** BCP 47, from `Accept-Language`. */
  readonly locale: string;
  /** The origin of addresses given to this client, such as `https://chat.example`. */
  readonly origin: string;
  /** The request's log: its lines carry the request's id. */
  readonly log: Log;
};

export type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  debug(details: object, message: string): void;
  error(details: object, message: string): void;
};
