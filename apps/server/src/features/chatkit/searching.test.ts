import { Kysely, PostgresDialect } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { up as addSearch } from '../../../migrations/0012-search.ts';
import { scriptedResponder } from '../../../testing/scripted-responder.ts';
import { world } from '../../../testing/world.ts';

const responder = scriptedResponder();
const { ann, bob, server } = await world({ answers: responder });
const { database } = server;
const people = { ann, bob };
type Who = keyof typeof people;

beforeEach(async () => {
  responder.script = ['Noted.'];
  await database.pool.query('DELETE FROM conversations');
});

/** Says something in a new thread, is answered, and gives the thread's id. */
async function say(text: string, answer = 'Noted.', who: Who = 'ann'): Promise<string> {
  responder.script = [answer];
  return (await people[who].ask(text)).thread;
}
type Listed = { id: string; title?: string; updated_at: string; match?: { item_id: string; text: string } };
const ask = (query: Record<string, string>, who: Who = 'ann') =>
  people[who].get(`/api/chatkit/threads?${new URLSearchParams(query)}`);
async function list(query: Record<string, string> = {}, who: Who = 'ann') {
  const { status, body } = await ask(query, who);
  expect(status).toBe(200);
  return body as { data: Listed[]; has_more: boolean; after?: string };
}
const found = async (query: string, who: Who = 'ann') => (await list({ query }, who)).data.map(({ id }) => id);

it('finds what was said by either side, whatever its case and accents, by the beginning of each word', async () => {
  const trip = await say('When does the ferry to Saint-Malo leave?', 'La réservation est ouverte jusqu’à MINUIT.');
  const other = await say('The ferries are late');
  for (const query of ['ferry', 'FERRY malo', 'reservation', 'Réserv', 'minuit ouverte', 'saint-malo', 'ｆｅｒｒｙ'])
    expect([query, await found(query)]).toEqual([query, [trip]]);
  expect(await found('ferr')).toEqual([other, trip]);
  for (const query of ['erry', 'ferry late', 'train', "'; DROP TABLE items; --", 'ferry:* | late'])
    expect([query, await found(query)]).toEqual([query, []]);
  // No word, no answer: not the whole history either.
  expect([await found('?!'), await found('🙂')]).toEqual([[], []]);
});

it.each([
  ['今日は天気がいいですね', ['天気', '気が', '今日', 'ね', '天'], ['天が', '雨']],
  ['服务器今天重启了两次', ['服务器', '重启', '务', '两次'], ['器务', '服器']],
  ['학교에서 만나요', ['학교', '만나'], ['교에']],
  ['ฉันชอบกินข้าวผัด', ['กินข้าว', 'ข้าวผัด'], ['ผัดข้าว']],
  ['カタカナのｶﾞｲﾄﾞ', ['ガイド', 'カタ'], ['カイト']],
  ['Die Straße nach Köln', ['koln', 'strasse'.slice(0, 3), 'STRA'], ['oln']],
])('finds in %s what is there, and not what is not', async (said, there, notThere) => {
  const thread = await say(said);
  for (const query of there) expect([query, await found(query)]).toEqual([query, [thread]]);
  for (const query of notThere) expect([query, await found(query)]).toEqual([query, []]);
});

it('holds nobody up with a letter under marks without end', async () => {
  const piled = `a${'\u0301'.repeat(24_000)}${'\u0323'.repeat(24_000)}`;
  for (let time = 0; time < 3; time++) await say(`${piled} windmill`, piled);
  const began = performance.now();
  expect(await found('windmill')).toHaveLength(3);
  // Without the bound on marks, making the terms takes ten seconds and more, in which nobody is served.
  expect(performance.now() - began).toBeLessThan(5000);
});

it('shows where it was said, the newest place of each conversation', async () => {
  const thread = await say(`${'Long ago. '.repeat(30)}The harbour opens at nine. ${'And so on. '.repeat(30)}`);
  const [hit] = (await list({ query: 'harbour' })).data;
  expect(hit).toMatchObject({ id: thread, metadata: {}, status: { type: 'active' } });
  expect(hit!.match!.text).toMatch(/^….{10,60}The harbour opens at nine\..{10,80}…$/);
  expect(Date.parse(hit!.updated_at)).toBeGreaterThan(Date.now() - 60_000);
  await ann.ask('The harbour is closed today.', thread);
  expect((await list({ query: 'harbour' })).data.map(({ match }) => match!.text)).toEqual([
    'The harbour is closed today.',
  ]);
  // A title is searched too, and has no place in the conversation.
  await ann.chatkit('threads.update', { thread_id: thread, title: 'Lighthouse' });
  expect((await list({ query: 'lighthouse' })).data).toMatchObject([{ id: thread, title: 'Lighthouse' }]);
  expect((await list({ query: 'lighthouse' })).data[0]).not.toHaveProperty('match');
});

it('shows the words of what was said, and none of its Markdown', async () => {
  await say(
    '# Accounts\n\n- Choose **Create one**, see [the *zebra* page](https://example.org/zebra)\n- or `sign_in` there',
  );
  expect((await list({ query: 'zebra' })).data.map(({ match }) => match!.text)).toEqual([
    '…Choose Create one, see the zebra page or sign_in there',
  ]);
});

it('shows nobody what another said, and nobody what is gone or hidden', async () => {
  const thread = await say('My secret is a lighthouse');
  expect(await found('secret', 'bob')).toEqual([]);
  expect((await server.get('/api/chatkit/threads?query=secret')).status).toBe(401);
  // What only the model is told is not what was said.
  await database.pool.query('UPDATE items SET hidden = true WHERE conversation_id = $1', [thread]);
  expect(await found('secret')).toEqual([]);
  await ann.chatkit('threads.delete', { thread_id: thread });
  expect(await found('secret')).toEqual([]);
  const refused = await ask({ query: 'x'.repeat(201) });
  expect([refused.status, refused.body.error.code]).toEqual([422, 'invalid_input']);
  for (const query of [{ limit: '0' }, { limit: '101' }, { limit: 'x' }]) expect((await ask(query)).status).toBe(422);
});

it('lists by last activity, page by page, and a new name is none', async () => {
  const [first, second, third] = [await say('one fish'), await say('two fish'), await say('red fish')];
  const ids = async () => (await list()).data.map(({ id }) => id);
  expect(await ids()).toEqual([third, second, first]);
  await ann.ask('blue fish', first!);
  expect(await ids()).toEqual([first, third, second]);
  await ann.chatkit('threads.update', { thread_id: second!, title: 'Renamed' });
  expect(await ids()).toEqual([first, third, second]);
  // The protocol's own request gives the same order, and pages of either join.
  const official: { data: Listed[] } = (await ann.chatkit('threads.list', { limit: 2, order: 'desc' })).body;
  expect(official.data.map(({ id }) => id)).toEqual([first, third]);
  for (const query of ['', 'fish']) {
    const page = await list({ limit: '2', query });
    expect([page.has_more, page.data.map(({ id }) => id)]).toEqual([true, [first, third]]);
    const next = await list({ limit: '2', query, after: page.after! });
    expect([next.has_more, next.data.map(({ id }) => id)]).toEqual([false, [second]]);
  }
});

it('finds a word that stands everywhere as it finds a rare one', async () => {
  const [first, second] = [await say('one lighthouse'), await say('two')];
  await ann.ask('red fish', first!);
  await database.pool.query(`
    INSERT INTO items (conversation_id, id, seq, type, payload, terms)
    SELECT '${second}', 'msg_' || n, 100 + n, 'user_message', json_build_object('type', 'user_message', 'attachments', '[]'::json,
      'content', json_build_array(json_build_object('type', 'input_text', 'text', 'fish ' || n))), array_to_tsvector('{fish}')
    FROM generate_series(1, 600) n`);
  expect((await list({ query: 'fish' })).data.map(({ id, match }) => [id, match!.text])).toEqual([
    [first, 'red fish'],
    [second, 'fish 600'],
  ]);
  expect((await list({ query: 'fish', limit: '1' })).after).toBe(first);
  expect((await list({ query: 'fish', after: first! })).data.map(({ id }) => id)).toEqual([second]);
  expect(await found('lighthouse')).toEqual([first]);
  expect(await found('fish', 'bob')).toEqual([]);
});

it('finds what was said before there was a search', async () => {
  const thread = await say('An old lighthouse', '灯台は古い');
  await ann.chatkit('threads.update', { thread_id: thread, title: 'Ancient' });
  await database.pool.query('ALTER TABLE items DROP COLUMN terms');
  await database.pool.query('ALTER TABLE conversations DROP COLUMN title_terms');
  await addSearch(new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) }));
  for (const query of ['lighthouse', '灯台', 'ancient']) expect([query, await found(query)]).toEqual([query, [thread]]);
});

it('is not held up by a text made to be slow', async () => {
  const thread = await say(`${'あ'.repeat(40_000)} ${'ﷺ'.repeat(100_000)} ${'a '.repeat(10_000)}`);
  expect(await found('ああ')).toEqual([thread]);
});

it('lets others go on while it looks through long texts for many words, and ends the page early', async () => {
  const first = await say('one lighthouse');
  // What was asked for stands at the end; of the other words, none does.
  const text = `${'b '.repeat(24_900)}lighthouse`;
  await database.pool.query(
    `WITH added AS (
       INSERT INTO conversations (id, kind, title, status, metadata, created_at, updated_at)
       SELECT 'thr_' || n, kind, NULL, status, metadata, created_at, updated_at - n * interval '1 second'
       FROM conversations, generate_series(1, 60) n WHERE id = $1 RETURNING id
     ), joined AS (
       INSERT INTO members (conversation_id, person_id, role)
       SELECT added.id, person_id, role FROM added, members WHERE conversation_id = $1
     )
     INSERT INTO items (conversation_id, id, seq, type, payload, terms)
     SELECT id, 'msg_of_' || id, 1, 'user_message', json_build_object('type', 'user_message', 'attachments', '[]'::json,
       'content', json_build_array(json_build_object('type', 'input_text', 'text', $2::text))), array_to_tsvector('{lighthouse}')
     FROM added`,
    [first, text],
  );
  const query = `${'lighthouse '.repeat(16)}${'x '.repeat(12)}`;
  let longest = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let after: string | undefined; ; ) {
    const page = await list({ query, limit: '100', ...(after && { after }) });
    for (const { id, match } of page.data) {
      ids.push(id);
      expect(match!.text).toMatch(/lighthouse$/);
    }
    sizes.push(page.data.length);
    if (!page.has_more) break;
    after = page.after;
  }
  clearInterval(watch);
  expect(ids).toEqual([first, ...Array.from({ length: 60 }, (_, n) => `thr_${n + 1}`)]);
  expect(Math.max(...sizes)).toBeLessThan(50);
  // It held everybody for seconds; a slow and busy machine needs a tenth of that for one text.
  expect(longest).toBeLessThan(800);
});
