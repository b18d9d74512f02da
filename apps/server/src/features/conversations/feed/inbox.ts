import { AppError } from '../../../errors.ts';
import type { Bus } from '../../../platform/bus/index.ts';
import type { ItemNotice } from '../types.ts';
import { channelOf, decodeMessage } from './bus-message.ts';
import type { FeedQueries, InboxEntry } from './queries.ts';

/** A change in a person's list of conversations. All lists that hold the conversation share one object. */
export type InboxOutput =
  /** The log of a conversation has grown; `item` is set if the event added an item that people see. */
  | { kind: 'changed'; conversationId: string; n: number; item: ItemNotice | null }
  /** The list lacks this conversation, or this person's membership in it has changed: read it. */
  | { kind: 'joined'; conversationId: string }
  /** The conversation is deleted, or the person has lost access to it. */
  | { kind: 'left'; conversationId: string }
  /** The person read on another device. */
  | { kind: 'read'; conversationId: string; readTo: number; deliveredTo: number }
  /** Messages may have been lost: read the changes after the last cursor. */
  | { kind: 'gap' };

/** What the processes send each other about one person. */
export type PersonMessage = Extract<InboxOutput, { kind: 'joined' | 'left' | 'read' }>;

export const channelOfPerson = (personId: string) => `person.${personId}`;

/** The most conversations that one list watches; the client finds changes in the others when it reads changes. */
const mostWatched = 1000;
/** The size of a page of a list, and the most changes that a returning device receives. */
export const mostEntries = 500;

export type InboxReader = {
  send(output: InboxOutput): void;
};

/** What changed in a person's list at or after a cursor; see `createInboxes`. */
export type InboxPage = { cursor: string; entries: InboxEntry[]; gone: string[]; limited: boolean };

/** A person's open list; see `createInboxes`. */
export type OpenInbox = {
  changes(cursor: string | null): Promise<InboxPage>;
  setQuiet(conversationId: string, isQuiet: boolean): void;
  close(): void;
};

export type Inboxes = ReturnType<typeof createInboxes>;

/**
 * People's lists of conversations. A message to a conversation with a thousand members online costs no statement for any of
 * them: the notice of the log carries what a list shows, once for all. A device that was away reads the changes after its
 * cursor.
 */
export function createInboxes({ queries, bus }: { queries: FeedQueries; bus: Bus }) {
  /** By conversation: the lists that hold it, those among them that receive its growth, and what ends the subscription. */
  const watched = new Map<
    string,
    { readers: Set<InboxReader>; growing: Set<InboxReader>; unsubscribe: Promise<() => void> }
  >();

  const watch = async (conversationId: string, reader: InboxReader, isQuiet: boolean): Promise<void> => {
    let entry = watched.get(conversationId);
    if (!entry) {
      const readers = new Set<InboxReader>();
      const growing = new Set<InboxReader>();
      const sendTo = (output: InboxOutput, to: Set<InboxReader>) => {
        for (const each of to) each.send(output);
      };
      entry = {
        readers,
        growing,
        unsubscribe: bus.subscribe(channelOf(conversationId), {
          message(text) {
            const isGrowth = text.startsWith('{"kind":"event"');
            if (isGrowth ? growing.size === 0 : !text.startsWith('{"kind":"gone"')) return;
            const message = decodeMessage(text);
            if (message?.kind === 'event')
              sendTo({ kind: 'changed', conversationId, n: message.n, item: message.item ?? null }, growing);
            if (message?.kind === 'gone') sendTo({ kind: 'left', conversationId }, readers);
          },
        }),
      };
      watched.set(conversationId, entry);
    }
    entry.readers.add(reader);
    if (!isQuiet) entry.growing.add(reader);
    await entry.unsubscribe;
  };
  const unwatch = (conversationId: string, reader: InboxReader) => {
    const entry = watched.get(conversationId);
    entry?.growing.delete(reader);
    if (!entry?.readers.delete(reader) || entry.readers.size > 0) return;
    watched.delete(conversationId);
    void entry.unsubscribe.then((unsubscribe) => unsubscribe());
  };

  const readChanges = async (personId: string, cursor: string | null): Promise<InboxPage> => {
    if (cursor !== null && !/^\d{1,19}$/.test(cursor))
      throw new AppError('bad_request', 'This is no cursor of a list.');
    const page = await queries.inboxAfter(personId, cursor, mostEntries + 1);
    // A cursor from the future comes from another database, such as one from before a backup was restored: it is useless
    // here.
    const isOurs = cursor === null || BigInt(cursor) <= BigInt(page.cursor);
    const isMuch = cursor !== null && Math.max(page.entries.length, page.gone.length) > mostEntries;
    if (isMuch || !isOurs) return { cursor: page.cursor, entries: [], gone: [], limited: true };
    return { ...page, entries: page.entries.slice(0, mostEntries), limited: false };
  };

  return {
    /**
     * Returns what changed at or after a cursor (null: the whole list), and sends the reader what follows. A change during
     * the read may arrive both ways. `limited`: too much changed; read the list anew. `changes` reads once more, such as
     * after a `gap`. Throws `bad_request` for a malformed cursor.
     */
    async open(personId: string, cursor: string | null, reader: InboxReader): Promise<InboxPage & OpenInbox> {
      const mine = new Set<string>();
      const quiet = new Set<string>();
      let isClosed = false;
      const add = async (id: string) => {
        if (isClosed || mine.has(id) || mine.size >= mostWatched) return;
        mine.add(id);
        await watch(id, reader, quiet.has(id));
      };
      const remove = (id: string) => {
        mine.delete(id);
        unwatch(id, reader);
      };
      const unsubscribe = await bus.subscribe(channelOfPerson(personId), {
        message(text) {
          const message = decodePersonMessage(text);
          if (!message || isClosed) return;
          if (message.kind === 'joined') void add(message.conversationId);
          if (message.kind === 'left') remove(message.conversationId);
          reader.send(message);
        },
        gap: () => reader.send({ kind: 'gap' }),
      });
      const setQuiet = (id: string, isQuiet: boolean) => {
        if (isQuiet) quiet.add(id);
        else quiet.delete(id);
        if (isClosed || !mine.has(id)) return;
        const growing = watched.get(id)?.growing;
        if (isQuiet) growing?.delete(reader);
        else growing?.add(reader);
      };
      const close = () => {
        isClosed = true;
        unsubscribe();
        for (const id of [...mine]) remove(id);
      };
      try {
        await Promise.all((await queries.conversationsOf(personId, mostWatched)).map(add));
        const changes = (since: string | null) => readChanges(personId, since);
        return { ...(await changes(cursor)), changes, setQuiet, close };
      } catch (error) {
        close();
        throw error;
      }
    },

    /** Sends a change to a person's open lists in all processes. */
    publish(personId: string, message: PersonMessage): void {
      bus.publish(channelOfPerson(personId), JSON.stringify(message));
    },
  };
}

function decodePersonMessage(text: string): PersonMessage | null {
  try {
    const message = JSON.parse(text) as PersonMessage;
    return ['joined', 'left', 'read'].includes(message.kind) && typeof message.conversationId === 'string'
      ? message
      : null;
  } catch {
    return null;
  }
}
