import type { SignedIn } from '../accounts/index.ts';
import type { ConversationKind } from '../conversations/index.ts';
import type { ProfileDeps } from './deps.ts';

const kinds: ConversationKind[] = ['assistant', 'direct', 'group', 'call', 'workflow'];
const pageSize = 100;

/**
 * Exports everything the server holds about a person, as the text of one JSON object, piece by piece, since all of it may
 * not fit into memory. A failure in the middle leaves JSON that does not parse, so no reader takes a part for the whole.
 */
export const exportPerson = (deps: ProfileDeps) =>
  async function* ({ account, sessionId }: SignedIn): AsyncGenerator<string> {
    const { accounts, attachments } = deps;
    const { disabled: _, created_at, last_seen_at, ...rest } = await accounts.people.get(account.id);
    const own = { ...rest, created_at: iso(created_at), last_seen_at: last_seen_at && iso(last_seen_at) };
    const sessions = await accounts.sessions.list(account.id);
    yield `{"exported_at":${JSON.stringify(new Date().toISOString())},"account":${JSON.stringify(own)}`;
    yield `,"sessions":${JSON.stringify(sessions.map((row) => ({ ...row, current: row.id === sessionId })))}`;
    const { sign_in, api_keys } = await accounts.exportSignIn(account.id);
    yield `,"sign_in":${JSON.stringify(sign_in)},"api_keys":${JSON.stringify(api_keys)}`;
    yield ',"threads":[';
    yield* exportThreads(deps, account.id);
    yield '],"attachments":[';
    yield* separated(attachments.ownedBy(account.id), (attachment) => attachment);
    yield ']}\n';
  };

/** Each conversation with its items. Hidden items are left out: they are for the model, and no person wrote them. */
async function* exportThreads({ conversations }: ProfileDeps, personId: string): AsyncGenerator<string> {
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

const iso = (date: Date) => date.toISOString();

/** All rows of a paged list. */
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
