import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../../platform/bus/index.ts';
import { acquireProcessLease, type ProcessLease } from '../../../platform/database/process-lease.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import { newId } from '../../../platform/ids/index.ts';
import { type Conversations, createConversations } from '../index.ts';
import { createSearchQueries } from './queries.ts';

const silent = { info() {}, warn() {}, error() {} };
let database: TestDatabase;
let lease: ProcessLease;
let conversations: Conversations;

beforeAll(async () => {
  database = await testDatabase({ poolSize: 4 });
  lease = await acquireProcessLease(database, silent);
  conversations = createConversations({
    pool: database.pool,
    bus: createMemoryBus(),
    process: lease,
    log: silent,
    unfinished: {},
    wordsOf: ({ payload }) => String(payload.text),
  });
});
afterAll(async () => {
  conversations.close();
  await lease.close();
  await database.close();
});

const message = (text: string, id = newId('msg')) => ({
  id,
  type: 'message',
  hidden: false,
  payload: { text },
  createdAt: new Date(),
});

async function start(personId: string): Promise<string> {
  const id = newId('thr');
  const conversation = { id, title: null, status: { type: 'active' }, metadata: {} };
  await conversations.create(personId, { ...conversation, kind: 'assistant', createdAt: new Date() });
  return id;
}

const found = async (personId: string, question: string) =>
  (await conversations.search(personId, 'assistant', question, { limit: 10, after: null })).data.map(
    ({ item }) => item?.payload.text,
  );

it('puts what was said into the index though nobody searches', async () => {
  const id = await start('usr_ann');
  await conversations.putItem('usr_ann', id, message('a lighthouse'));
  await conversations.putItem('usr_ann', id, { ...message('a note'), hidden: true });
  const terms = async () =>
    (await database.pool.query('SELECT hidden, terms FROM items WHERE conversation_id = $1 ORDER BY seq', [id])).rows;
  // Not in the statement that stores it: the person who waits for that does not wait for the index.
  expect(await terms()).toEqual([
    { hidden: false, terms: null },
    { hidden: true, terms: null },
  ]);
  await vi.waitFor(async () => expect((await terms())[0].terms).toBe("'a' 'lighthouse'"), { timeout: 15_000 });
  // Nobody finds what is hidden.
  expect((await terms())[1].terms).toBeNull();
});

it('finds at once what was said, and said anew, by more than one batch', async () => {
  const id = await start('usr_bob');
  for (let n = 0; n < 45; n++) await conversations.putItem('usr_bob', id, message(`wave ${n}`));
  expect(await found('usr_bob', 'wave')).toEqual(['wave 44']);
  expect(await found('usr_bob', '0')).toEqual(['wave 0']);
  const last = message('the tide');
  await conversations.putItem('usr_bob', id, last);
  expect(await found('usr_bob', 'tide')).toEqual(['the tide']);
  await conversations.putItem('usr_bob', id, message('the ebb', last.id), 'item.replaced');
  expect(await found('usr_bob', 'tide')).toEqual([]);
  expect(await found('usr_bob', 'ebb')).toEqual(['the ebb']);
});

it('reads an item again that was changed while its words were looked for', async () => {
  const queries = createSearchQueries(database.pool);
  const id = await start('usr_eve');
  const said = message('before');
  await conversations.putItem('usr_eve', id, said);
  const [read] = await queries.unindexedItems({ conversations: [id] }, 10);
  await conversations.putItem('usr_eve', id, message('after', said.id), 'item.replaced');
  await queries.saveTerms([{ ...read!, terms: 'before' }]);
  expect(await found('usr_eve', 'before')).toEqual([]);
  expect(await found('usr_eve', 'after')).toEqual(['after']);
});
