import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createMemoryBus } from '../../../platform/bus/index.ts';
import { type TestDatabase, testDatabase } from '../../../platform/database/testing.ts';
import type { Conversations, Following } from '../index.ts';
import { newGroup, newMessage, testEngine } from '../testing/engine.ts';

/** Ten thousand, with the time and the memory they take, are `npm run bench -- followers`. */
const many = 2000;
const ann = 'usr_ann';

let database: TestDatabase;
let writer: Conversations;
let reader: Conversations;
beforeAll(async () => {
  database = await testDatabase({ poolSize: 8 });
  const bus = createMemoryBus();
  writer = testEngine(database, bus, '1');
  reader = testEngine(database, bus, '2');
});
afterAll(async () => {
  writer.close();
  reader.close();
  await database.close();
});

it('a message to thousands who follow takes two statements, and is encoded once', async () => {
  const id = await newGroup(writer, ann);
  const heard = new Map<number, number>();
  let caughtUp = 0;
  let encoded = 0;
  const wire = { encode: () => `frame ${encoded++}` };
  const following = await Promise.all(
    Array.from({ length: many }, () =>
      reader.follow(ann, id, 1, {
        wire,
        send(_, output) {
          if (output.kind === 'caught-up') caughtUp++;
          if (output.kind === 'event') heard.set(output.event.n, (heard.get(output.event.n) ?? 0) + 1);
        },
        onError: expect.unreachable,
      }),
    ),
  );
  await vi.waitFor(() => expect(caughtUp).toBe(many), 20_000);
  encoded = 0;
  const query = vi.spyOn(database.pool, 'query');
  const messages = 5;
  const statements: number[] = [];
  for (let n = 0; n < messages; n++) {
    const before = query.mock.calls.length;
    const last = await writer.putItem(ann, id, newMessage('hello'));
    await vi.waitFor(() => expect(heard.get(last)).toBe(many), 10_000);
    statements.push(query.mock.calls.slice(before).filter(([asked]) => !isLater(asked)).length);
  }
  query.mockRestore();
  expect(statements).toEqual([2, 2, 2, 2, 2]);
  expect(encoded).toBe(messages);
  for (const each of following as Following[]) each.close();
  // The last one who goes takes the tail along.
  const calls = vi.spyOn(database.pool, 'query');
  await writer.putItem(ann, id, newMessage('to nobody'));
  expect(calls.mock.calls.filter(([asked]) => !isLater(asked))).toHaveLength(1);
  calls.mockRestore();
}, 60_000);

/** What the search index does at its leisure, once for many messages. */
const isLater = (asked: unknown): boolean => /unindexed|save-terms/.test(String((asked as { name?: string }).name));
