import type { FrameId } from '@causerie/api';
import type { Frame } from '../../../platform/sockets/index.ts';
import type { InboxOutput, InboxPage, InboxReader, OpenInbox } from '../../conversations/index.ts';
import { listFrame } from '../wire.ts';
import type { OpenConversations } from './open-conversations.ts';
import type { Outbox } from './outbox.ts';

/** After an outage of the bus all lists are read again, spread over this time. */
const spreadMs = 2000;

type Deps = {
  open(cursor: string | null, reader: InboxReader): Promise<InboxPage & OpenInbox>;
  outbox: Outbox;
  /** A client with a conversation open receives its events, which carry more than the growth of a list. */
  opened: Pick<OpenConversations, 'has' | 'names'>;
  toFrame(page: InboxPage, id?: FrameId): Frame;
};

/** The person's list of conversations on one socket: its changes since a cursor, and those that follow. */
export class PersonList {
  readonly #deps: Deps;
  #list: OpenInbox | null = null;
  #cursor: string | null = null;
  /** A change was not sent: the changes since the cursor are read again. */
  #isBehind = false;
  #rereading: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Sends what changed at or after a cursor (null: the whole list), and the changes that follow. */
  async read(cursor: string | null, id: FrameId): Promise<void> {
    const page = this.#list ? await this.#list.changes(cursor) : await this.#openAt(cursor);
    if (!this.#isClosed) this.#tellPage(page, id);
  }

  /** Notes that the socket has opened a conversation, or closed it. */
  noteOpen(conversation: string, isOpen: boolean): void {
    this.#list?.setQuiet(conversation, isOpen);
  }

  /** The reader has taken all its frames. */
  resume(): void {
    if (this.#isBehind) this.#readAgain(0);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#rereading);
    this.#list?.close();
  }

  async #openAt(cursor: string | null): Promise<InboxPage> {
    const list = await this.#deps.open(cursor, { send: (output) => this.#tell(output) });
    this.#list = list;
    for (const conversation of this.#deps.opened.names()) list.setQuiet(conversation, true);
    if (this.#isClosed) list.close();
    return list;
  }

  #tell(output: InboxOutput): void {
    if (this.#isClosed || (output.kind === 'changed' && this.#deps.opened.has(output.conversationId))) return;
    if (output.kind === 'gap') this.#readAgain(Math.random() * spreadMs);
    else if (this.#deps.outbox.isSlow) this.#isBehind = true;
    else this.#deps.outbox.write(listFrame(output));
  }

  #tellPage(page: InboxPage, id?: FrameId): void {
    this.#cursor = page.cursor;
    this.#deps.outbox.write(this.#deps.toFrame(page, id));
  }

  #readAgain(afterMs: number): void {
    this.#isBehind = false;
    this.#rereading ??= setTimeout(async () => {
      this.#rereading = undefined;
      if (this.#deps.outbox.isSlow) {
        this.#isBehind = true;
        return;
      }
      try {
        const page = await this.#list?.changes(this.#cursor);
        if (page && !this.#isClosed) this.#tellPage(page);
      } catch {
        // While the database is away, the read is repeated.
        if (!this.#isClosed) this.#readAgain(spreadMs);
      }
    }, afterMs).unref();
  }
}
