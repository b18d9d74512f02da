import type { Pool, PoolClient } from 'pg';

/** A deadlock: the database ends one of the two transactions, which may simply begin again. */
const deadlock = '40P01';
const mostTries = 3;

/**
 * Runs `work` in one transaction, which an error rolls back. `work` may run again from its beginning, so its effects
 * outside the database must be repeatable.
 */
export async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await once(pool, work);
    } catch (error) {
      if ((error as { code?: unknown }).code !== deadlock || tries === mostTries) throw error;
    }
  }
}

async function once<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot even roll back is discarded.
    await client.query('ROLLBACK').then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}
