import type { Person } from '../accounts/index.ts';
import type { Conversation, Conversations, LiveRun } from '../conversations/index.ts';

/** A thread as the engine creates it. */
export type NewThreadRow = Parameters<Conversations['create']>[1];

/** What one ChatKit request carries through server, store and agents. Made new for each request. */
export type ChatKitContext = {
  person: Person;
  /** The session it was asked in, with which the answer ends. */
  sessionId: string;
  /** BCP 47, from `Accept-Language`. */
  locale: string;
  requestId: string;
  /** What addresses given to this client begin with, such as `https://chat.example`. */
  origin: string;
  log: Log;
  /** The run this request started, while it is in flight. */
  run: LiveRun | null;
  /** The client's own name for the message this request brings; null when it gave none, and once the message has it. */
  clientId: string | null;
  /** The thread as it was when the request was let in: spares the store a second look. */
  conversation: Conversation | null;
  /**
   * The thread this request creates, from the moment its id is made; `row` until it is stored, which waits for its first
   * message so that both are one statement.
   */
  newThread: { id: string; row: NewThreadRow | null } | null;
  /**
   * The numbers of the events this request has written and not told of yet, by the item's id, or `thread`. The stream
   * runs behind the writes, so "the last number written" would promise a reader more than it has seen.
   */
  written: Map<string, number[]>;
  /** What the run used, once the model has said so. */
  usage: { model: string; usage: object } | null;
};

export type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  debug(details: object, message: string): void;
  error(details: object, message: string): void;
};
