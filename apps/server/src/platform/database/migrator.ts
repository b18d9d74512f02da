import { Kysely, type Migration, Migrator, PostgresDialect, type PostgresPool } from 'kysely';
import { migrations } from '../../../migrations/index.ts';

/** Runs migrations over a pool's connections. Loaded only when there is one to run: it costs 20 MB. */
export function createMigrator(pool: PostgresPool): Migrator {
  const getMigrations = async (): Promise<Record<string, Migration>> =>
    Object.fromEntries(await Promise.all(Object.entries(migrations).map(async ([name, load]) => [name, await load()])));
  return new Migrator({
    db: new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) }),
    provider: { getMigrations },
    migrationTableName: 'migrations',
    migrationLockTableName: 'migrations_lock',
  });
}
