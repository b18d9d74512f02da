import { expect, inject, it } from 'vitest';
import { newId } from '../../platform/ids/index.ts';
import { newMessage } from './testing/engine.ts';
import { ann, bob, newThread, silentReader, testProcesses } from './testing/processes.ts';

const { database, startProcess } = await testProcesses();

// These tests run twice: on plain tables, and on tables that are parted by their conversation (project `partitions`).
it('runs on the tables of its project', async () => {
  const { rows } = await database.pool.query("SELECT relkind FROM pg_class WHERE oid = 'items'::regclass");
  expect(rows[0].relkind).toBe(inject('testPartitions') === undefined ? 'r' : 'p');
});

it("refuses somebody else's conversation as if it never was, whatever is asked", async () => {
  const here = await startProcess();
  const id = await newThread(here);
  const { id: itemId } = newMessage('private');
  await here.conversations.putItem(ann, id, newMessage('private', { id: itemId }));
  const { conversations: c } = here;
  const attempts = (conversationId: string) => [
    c.access(bob, conversationId),
    c.save(bob, {
      id: conversationId,
      title: 'x',
      status: { type: 'active' },
      metadata: {},
    }),
    c.remove(bob, conversationId),
    c.putItem(bob, conversationId, newMessage('x')),
    c.item(bob, conversationId, itemId),
    c.rate(bob, conversationId, [itemId], 'positive'),
    c.follow(bob, conversationId, 0, silentReader),
    c.runs.stop(bob, conversationId),
    c.runs.claim(c.runs.prepare(bob, 'assistant'), conversationId),
  ];
  const told = async (conversationId: string) =>
    (await Promise.allSettled(attempts(conversationId))).map((result) =>
      result.status === 'rejected' ? String(result.reason.message).replaceAll(conversationId, 'ID') : 'let in',
    );
  const never = newId('thr');
  expect(await told(id)).toEqual(await told(never));
  expect((await told(id)).every((message) => /not found/i.test(message))).toBe(true);
  expect(await c.items(bob, id, { limit: 9, order: 'asc', after: null })).toEqual({ data: [], hasMore: false });
  expect(await c.removeItem(bob, id, itemId)).toBeNull();
  expect((await c.items(ann, id, { limit: 9, order: 'asc', after: null })).data).toHaveLength(1);
});
