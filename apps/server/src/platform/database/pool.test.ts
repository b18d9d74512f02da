import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { testDatabase } from './testing.ts';

it('does a statement again that was given up because two waited for each other', async () => {
  const database = await testDatabase();
  const { pool } = database;
  await pool.query('CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL)');
  await pool.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
  const [other, gate] = [await pool.connect(), await pool.connect()];
  const waiting = (count: number) =>
    vi.waitFor(async () => {
      const where = "datname = current_database() AND wait_event_type = 'Lock'";
      expect((await pool.query(`SELECT FROM pg_stat_activity WHERE ${where}`)).rows).toHaveLength(count);
    }, 10_000);
  await gate.query('SELECT pg_advisory_lock(1)');
  await other.query('BEGIN');
  await other.query('UPDATE counters SET n = n + 1 WHERE id = 1');
  // Takes the second row, waits at the gate, and wants the first.
  const backwards = pool.query(`DO $$ BEGIN
    UPDATE counters SET n = n + 1 WHERE id = 2;
    PERFORM pg_advisory_xact_lock(1);
    UPDATE counters SET n = n + 1 WHERE id = 1;
  END $$`);
  await waiting(1);
  const forwards = other.query('UPDATE counters SET n = n + 1 WHERE id = 2');
  await waiting(2);
  // Whoever waits looks for a circle once, after a second: the other has looked when there is one.
  await sleep(1200);
  await gate.query('SELECT pg_advisory_unlock(1)');
  await forwards;
  await other.query('COMMIT');
  await backwards;
  expect((await pool.query('SELECT n FROM counters ORDER BY id')).rows).toEqual([{ n: 2 }, { n: 2 }]);
  for (const client of [other, gate]) client.release();
  await database.close();
});
