import type { Accounts, AlsoDoFor, SignedIn } from '../accounts/index.ts';
import type { Attachments } from '../attachments/index.ts';
import type { ConversationKind, Conversations } from '../conversations/index.ts';

/** What becomes of the conversations and files of somebody who leaves: deleted, or another person's. */
export type Fate = { threads: 'delete' } | { threads: 'transfer'; transfer_to: string };

export type Profile = ReturnType<typeof createProfile>;

const kinds: ConversationKind[] = ['assistant', 'direct', 'group', 'call', 'workflow'];
const pageSize = 100;

/** What spans all that the server holds about one person: taking it along, and leaving. */
export function createProfile(deps: {
  accounts: Accounts;
  conversations: Conversations;
  attachments: Pick<Attachments, 'ownedBy' | 'storageOf' | 'quota' | 'transferAll' | 'removeAllOf' | 'sweep'>;
}) {
  const { accounts, conversations, attachments } = deps;

  /** Each conversation with its items. What is kept for the model alone is no saying of a person's, and is left out. */
  async function* threadsOf(personId: string): AsyncGenerator<string> {
    let comma = '';
    for (const kind of kinds)
      for await (const thread of pages((after) =>
        conversations.list(personId, kind, { limit: pageSize, order: 'asc', by: 'creation', after }),
      )) {
        const { id, title, createdAt, updatedAt } = thread;
        const head = JSON.stringify({ id, kind, title, created_at: iso(createdAt), updated_at: iso(updatedAt) });
        yield `${comma}${head.slice(0, -1)},"items":[`;
        yield* separated(
          pages((after) => conversations.items(personId, id, { limit: pageSize, order: 'asc', after })),
          (item) => (item.hidden ? undefined : { ...item.payload, id: item.id, created_at: iso(item.createdAt) }),
        );
        yield ']}';
        comma = ',';
      }
  }

  return {
    /** What a person keeps in files, and how much may be; `quota` null is no limit. In bytes. */
    async storageOf(personId: string): Promise<{ files: number; bytes: number; quota: number | null }> {
      const kept = (await attachments.storageOf([personId])).get(personId);
      return { files: kept?.files ?? 0, bytes: kept?.bytes ?? 0, quota: attachments.quota || null };
    },

    /**
     * Everything the server holds about a person, as the text of one JSON object, piece by piece: a long life fits into no
     * memory. A failure in the middle leaves JSON that does not parse, so nobody takes a part for the whole.
     */
    async *exportOf({ account, sessionId }: SignedIn): AsyncGenerator<string> {
      const { disabled: _, created_at, last_seen_at, ...rest } = await accounts.people.get(account.id);
      const own = { ...rest, created_at: iso(created_at), last_seen_at: last_seen_at && iso(last_seen_at) };
      const sessions = await accounts.sessions.list(account.id);
      yield `{"exported_at":${JSON.stringify(new Date().toISOString())},"account":${JSON.stringify(own)}`;
      yield `,"sessions":${JSON.stringify(sessions.map((row) => ({ ...row, current: row.id === sessionId })))}`;
      yield ',"threads":[';
      yield* threadsOf(account.id);
      yield '],"attachments":[';
      yield* separated(attachments.ownedBy(account.id), (attachment) => attachment);
      yield ']}\n';
    },

    /**
     * Removes a person for good. First they are shut out and their answers in flight end; then the account goes and what they
     * owned finds its place, in one transaction. If that fails, they are left shut out, and it can be done again.
     *
     * Throws `not_found`, `last_admin`, and `invalid_input` for an heir who is no other active person.
     */
    async remove(personId: string, fate: Fate, also: AlsoDoFor): Promise<void> {
      const heir = fate.threads === 'transfer' ? fate.transfer_to : null;
      await accounts.people.checkHeir(personId, heir);
      await accounts.people.change(personId, { disabled: true });
      await conversations.ownership.stopAllOf(personId);
      let tell = () => {};
      await accounts.people.remove(personId, heir, async (client, person) => {
        if (heir === null) {
          tell = await conversations.ownership.removeAllOf(client, personId);
          await attachments.removeAllOf(client, personId);
        } else {
          tell = await conversations.ownership.transferAll(client, personId, heir);
          await attachments.transferAll(client, personId, heir);
        }
        await also(client, person);
      });
      tell();
      attachments.sweep();
    },
  };
}

const iso = (date: Date) => date.toISOString();

/** All rows of a list that comes in pages. */
async function* pages<T extends { id: string }>(
  read: (after: string | null) => Promise<{ data: T[]; hasMore: boolean }>,
): AsyncGenerator<T> {
  for (let after: string | null = null; ; ) {
    const page: { data: T[]; hasMore: boolean } = await read(after);
    yield* page.data;
    if (!page.hasMore) return;
    after = page.data.at(-1)!.id;
  }
}

/** Rows as JSON with commas between; a row that is `undefined` is left out. */
async function* separated<T>(rows: AsyncIterable<T>, show: (row: T) => object | undefined): AsyncGenerator<string> {
  let comma = '';
  for await (const row of rows) {
    const shown = show(row);
    if (!shown) continue;
    yield comma + JSON.stringify(shown);
    comma = ',';
  }
}
