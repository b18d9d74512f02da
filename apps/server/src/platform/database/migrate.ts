import type pg from 'pg';
import { migrations } from '../../../migrations/index.ts';

/** Held while migrating. Not the owner's lock of the embedded database: servers share an external one. */
const migrationLock = 0xca05e316;

/**
 * Brings the database's tables up to date. Any number of processes may call it at once: one migrates and the others wait,
 * on a connection without time limits. Each migration is a transaction.
 * @returns the names of the migrations that ran now
 */
export async function migrate(client: pg.Client): Promise<string[]> {
  if (await isUpToDate(client)) return [];
  const { createMigrator } = await import('./migrator.ts');
  await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
  try {
    // The migrator takes a pool; this one always hands out the connection that has the lock.
    const lease = Object.assign(client, { release: () => {} });
    const migrator = createMigrator({ connect: async () => lease as never, end: async () => {} });
    const { error, results = [] } = await migrator.migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error) throw new Error(`Migration ${failed?.migrationName ?? ''} failed: ${error}`, { cause: error });
    return results.map((result) => result.migrationName);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
  }
}

/** Whether the database has exactly these migrations. Most starts find it so, and need no migrator. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`SELECT to_regclass('migrations') IS NOT NULL AS known`);
  if (!rows[0].known) return false;
  const done = await client.query('SELECT name FROM migrations ORDER BY name');
  const names = Object.keys(migrations).sort();
  return done.rows.length === names.length && done.rows.every((row, index) => row.name === names[index]);
}
