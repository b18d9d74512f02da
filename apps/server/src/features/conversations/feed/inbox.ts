import { AppError } from '../../../errors.ts';
import type { Bus } from '../../../platform/bus/index.ts';
import type { ItemNotice } from '../types.ts';
import { channelOf, decodeMessage } from './bus-message.ts';
import type { FeedQueries, InboxEntry } from './queries.ts';

/** What a person's list of conversations is told. One object for all who have the conversation in theirs. */
export type InboxOutput =
  /** The log of a conversation has grown; by an item that people see, if `item` is given. */
  | { kind: 'changed'; conversationId: string; n: number; item: ItemNotice | null }
  /** A conversation that the list does not hold yet, or whose place for this person has changed: read it. */
  | { kind: 'joined'; conversationId: string }
  /** A conversation is no more, or no longer this person's. */
  | { kind: 'left'; conversationId: string }
  /** The person read on another device. */
  | { kind: 'read'; conversationId: string; readTo: number; deliveredTo: number }
  /** Something may have been missed: read what changed after the last cursor. */
  | { kind: 'gap' };

/** What the processes tell each other about one person. */
export type PersonMessage = Extract<InboxOutput, { kind: 'joined' | 'left' | 'read' }>;

export const channelOfPerson = (personId: string) => `person.${personId}`;

/** Conversations whose changes one list is told of; the others are found when it asks what changed. */
const mostWatched = 1000;
/** A page of a list, and the most that is told of what changed while a device was away. */
export const mostEntries = 500;

export type InboxReader = {
  tell(output: InboxOutput): void;
};

/** What changed in a person's list at or after a cursor; see `createInboxes`. */
export type InboxPage = { cursor: string; entries: InboxEntry[]; gone: string[]; limited: boolean };

/** A person's list as it is open; see `createInboxes`. */
export type OpenInbox = {
  changes(cursor: string | null): Promise<InboxPage>;
  setQuiet(conversationId: string, isQuiet: boolean): void;
  close(): void;
};

export type Inboxes = ReturnType<typeof createInboxes>;

/**
 * People's lists of conversations. A message to a conversation with a thousand members on line costs no statement for any of
 * them: the notice of the log says what a list shows, once for all; who was away asks what changed after a cursor.
 */
export function createInboxes({ queries, bus }: { queries: FeedQueries; bus: Bus }) {
  /** By conversation: whose lists hold it, which of them are told how it grows, and what ends the subscription. */
  const watched = new Map<
    string,
    { readers: Set<InboxReader>; growing: Set<InboxReader>; unsubscribe: Promise<() => void> }
  >();

  const watch = async (conversationId: string, reader: InboxReader, isQuiet: boolean): Promise<void> => {
    let entry = watched.get(conversationId);
    if (!entry) {
      const readers = new Set<InboxReader>();
      const growing = new Set<InboxReader>();
      const tell = (output: InboxOutput, to: Set<InboxReader>) => {
        for (const each of to) each.tell(output);
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
              tell({ kind: 'changed', conversationId, n: message.n, item: message.item ?? null }, growing);
            if (message?.kind === 'gone') tell({ kind: 'left', conversationId }, readers);
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
    // One from the future is another database's, such as that of before a backup was put back: it tells nothing.
    const isOurs = cursor === null || BigInt(cursor) <= BigInt(page.cursor);
    const isMuch = cursor !== null && Math.max(page.entries.length, page.gone.length) > mostEntries;
    if (isMuch || !isOurs) return { cursor: page.cursor, entries: [], gone: [], limited: true };
    return { ...page, entries: page.entries.slice(0, mostEntries), limited: false };
  };

  return {
    /**
     * What changed at or after a cursor (null: the whole list), and what follows. Changes that happen while it is read are
     * told by both. `limited`: more changed than is told; the list is to be read anew. `changes` asks once more, such as after
     * a `gap`. Throws `bad_request` for a cursor that was never given.
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
          reader.tell(message);
        },
        gap: () => reader.tell({ kind: 'gap' }),
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

    /** Tells a person's lists, in whatever process they are. */
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
