import { expect, it } from 'vitest';
import { createMemoryBus } from '../../platform/bus/index.ts';
import { Pool } from '../../platform/database/pool.ts';
import { fillFormerVersion, formerPerson, migrateWhileUsed } from '../../platform/database/testing/former-version.ts';
import { testDatabase } from '../../platform/database/testing.ts';
import { createConversations } from './index.ts';
import { growing } from './testing/engine.ts';

/** The full size, a quarter of a million, is `npm run bench -- migration`. */
const items = 2000;

it('takes over the tables of the former version while that one works on them, and loses nothing', async () => {
  const around = await testDatabase({ poolSize: 1 });
  const name = `former_${process.pid}_${Date.now()}`;
  await around.pool.query(`CREATE DATABASE ${name}`);
  const url = around.url.replace(/[^/]+$/, name);
  await fillFormerVersion(url, items);
  const use = await migrateWhileUsed(url);
  // The server gives a statement up after thirty seconds.
  expect(use.longestMs).toBeLessThan(20_000);

  const pool = new Pool({ connectionString: url }, 4);
  const one = async (text: string) => Object.values((await pool.query(text)).rows[0])[0];
  expect(await one('SELECT count(*) FROM items')).toBe(items + use.added.length);
  expect(await one('SELECT count(DISTINCT number) FROM items')).toBe(items + use.added.length);
  // Numbers grow in the order in which things were said, over all conversations.
  expect(
    await one(`SELECT count(*) FROM (
      SELECT number - lag(number) OVER (ORDER BY created_at, conversation_id, seq) AS step FROM items
      WHERE id NOT LIKE 'msg_new%') steps WHERE step <= 0`),
  ).toBe(0);
  expect(await one(`SELECT metadata->>'k' FROM conversations WHERE id = 'thr_2'`)).toBe('1');
  expect(await one(`SELECT metadata::text FROM conversations WHERE id = 'thr_1'`)).toContain('a.example');

  // The process that had the answer is gone: what it had said is kept, and everything is found.
  const conversations = createConversations({
    pool,
    bus: createMemoryBus(),
    process: { key: '1', verdictOn: async (key) => (key === '1' ? 'alive' : 'dead') },
    log: { info() {}, warn() {}, error() {} },
    wordsOf: ({ payload }) => String(payload.text),
    unfinished: { assistant: growing },
  });
  await conversations.runs.recover();
  const { data } = await conversations.items(formerPerson, 'thr_1', { limit: 2, order: 'desc', after: null });
  expect(data.map(({ payload }) => payload.text)).toContain('half an ans');
  const found = async (question: string) =>
    (await conversations.search(formerPerson, 'assistant', question, { limit: 100, after: null })).data.length;
  // The newest are put into the index first, five hundred a search.
  expect(await found('newest')).toBeGreaterThan(0);
  while ((await one('SELECT count(*) FROM items WHERE terms IS NULL AND NOT hidden')) !== 0) await found('newest');
  expect(await found('word7')).toBe(1);
  expect(await found('newest')).toBe(Math.min(100, use.added.length));
  conversations.close();
  await pool.end();
  await around.pool.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await around.close();
});
