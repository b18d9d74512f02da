import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from './testing.ts';
import { transaction } from './transaction.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query('CREATE TABLE counts (id int PRIMARY KEY, n int NOT NULL)');
  await database.pool.query('INSERT INTO counts VALUES (1, 0), (2, 0)');
});
afterAll(() => database.close());

const counts = async () => (await database.pool.query('SELECT n FROM counts ORDER BY id')).rows.map(({ n }) => n);

it('what throws undoes all of it, and gives its connection back', async () => {
  for (let tries = 0; tries < 10; tries++)
    await expect(
      transaction(database.pool, async (client) => {
        await client.query('UPDATE counts SET n = 100');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
  expect(await counts()).toEqual([0, 0]);
  expect(database.pool.idleCount).toBe(database.pool.totalCount);
});

it('two that wait for each other both come to their end', async () => {
  let began = 0;
  let holding = 0;
  const add = (first: number, second: number) =>
    transaction(database.pool, async (client) => {
      began++;
      await client.query('UPDATE counts SET n = n + 1 WHERE id = $1', [first]);
      holding++;
      // Until the other has its first row as well; who is run again finds that done.
      while (holding < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await client.query('UPDATE counts SET n = n + 1 WHERE id = $1', [second]);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  expect(await counts()).toEqual([2, 2]);
  expect(began).toBe(3);
});
