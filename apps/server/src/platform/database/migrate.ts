import { Kysely, Migrator, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { migrations } from '../../../migrations/index.ts';

/** Held while migrating. Not the owner's lock of the embedded database: servers share an external one. */
const migrationLock = 0xca05e316;

/**
 * Brings the database's tables up to date. Any number of processes may call it at once: one does the work and the others
 * wait for it, on a connection without time limits. Each migration is a transaction.
 * @returns the names of the migrations carried out now.
 */
export async function migrate(client: pg.Client): Promise<string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
  try {
    // Kysely wants a pool; this one always hands out the connection that has the lock.
    const lease = Object.assign(client, { release: () => {} });
    const dialect = new PostgresDialect({ pool: { connect: async () => lease as never, end: async () => {} } });
    const migrator = new Migrator({
      db: new Kysely<unknown>({ dialect }),
      provider: { getMigrations: async () => migrations },
      migrationTableName: 'migrations',
      migrationLockTableName: 'migrations_lock',
    });
    const { error, results = [] } = await migrator.migrateToLatest();
    const failed = results.find((result) => result.status === 'Error');
    if (error) throw new Error(`Migration ${failed?.migrationName ?? ''} failed: ${error}`, { cause: error });
    return results.map((result) => result.migrationName);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
  }
}
