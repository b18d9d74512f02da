import { expect, it, vi } from 'vitest';
import type { Conversations } from '../index.ts';
import { newMessage } from '../testing/engine.ts';
import { ann, bob, newThread, testProcesses } from '../testing/processes.ts';

const { database, startProcess } = await testProcesses();

const found = ({ conversations }: { conversations: Conversations }, question: string) =>
  conversations.search(ann, 'assistant', question, { limit: 5, after: null });

it('reads an item once for all that a person asks at the same time', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  for (let n = 0; n < 5; n++) await here.conversations.putItem(ann, id, newMessage(`a sorb ${n}`));
  await found(here, 'older items');
  for (let n = 0; n < 5; n++) await here.conversations.putItem(ann, id, newMessage(`a sorb ${n}`));
  const query = vi.spyOn(database.pool, 'query');
  const pages = await Promise.all(Array.from({ length: 6 }, () => found(here, 'sorb')));
  for (const { data } of pages) expect(data).toHaveLength(1);
  const saved = query.mock.calls.flatMap(([statement]) => {
    const { name, values } = statement as unknown as { name?: string; values: string[] };
    return name === 'conversations.save-terms' ? (JSON.parse(values[0]!) as unknown[]) : [];
  });
  query.mockRestore();
  expect(saved).toHaveLength(5);
});

it('waits for a deletion that locks the same items, and neither fails', async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const [first, second] = [
    newMessage('a ripe medlar'),
    newMessage('a ripe rowan', { createdAt: new Date(Date.now() + 1000) }),
  ];
  for (const each of [first, second]) await here.conversations.putItem(ann, id, each);
  // Rows are found one by one only where there are many.
  await database.pool.query(
    `INSERT INTO items (conversation_id, seq, id, type, hidden, payload, created_at)
     SELECT $1, 100 + n, 'many_' || n, 'message', true, '{}', now() FROM generate_series(1, 30000) n`,
    [await newThread(here, bob)],
  );
  await database.pool.query('ANALYZE items');
  const other = await database.pool.connect();
  await other.query('BEGIN');
  await other.query('SELECT FROM items WHERE id = $1 FOR UPDATE', [first.id]);
  const searched = found(here, 'ripe');
  await vi.waitFor(async () => {
    const { rows } = await database.pool.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    expect(rows).toHaveLength(1);
  });
  await other.query('DELETE FROM items WHERE id = $1', [second.id]);
  await other.query('COMMIT');
  other.release();
  expect((await searched).data).toMatchObject([{ item: { id: first.id } }]);
});
