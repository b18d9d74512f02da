import { expect, it, vi } from 'vitest';
import { testDatabase } from './testing.ts';

it('does a statement again that was given up because two waited for each other', async () => {
  const database = await testDatabase();
  const { pool } = database;
  await pool.query('CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL)');
  await pool.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
  const other = await pool.connect();
  await other.query('BEGIN');
  await other.query('UPDATE counters SET n = n + 1 WHERE id = 1');
  // Locks the second row, and waits for the first.
  const backwards = pool.query(
    'UPDATE counters SET n = n + 1 FROM (SELECT id FROM counters ORDER BY id DESC FOR UPDATE) held WHERE counters.id = held.id',
  );
  await vi.waitFor(async () => {
    const waiting = "datname = current_database() AND wait_event_type = 'Lock'";
    expect((await pool.query(`SELECT FROM pg_stat_activity WHERE ${waiting}`)).rows).toHaveLength(1);
  });
  await other.query('UPDATE counters SET n = n + 1 WHERE id = 2');
  await other.query('COMMIT');
  other.release();
  await backwards;
  expect((await pool.query('SELECT n FROM counters ORDER BY id')).rows).toEqual([{ n: 2 }, { n: 2 }]);
  await database.close();
});
