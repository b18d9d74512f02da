import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { inject } from 'vitest';
import { listen } from './listen.ts';
import type { Database } from './open-database.ts';
import { Pool } from './pool.ts';
import type { TestCluster } from './testing/cluster.ts';

/** A test's own database, with all tables and no rows. */
export type TestDatabase = Database & {
  /** Its URL, for a server in another process. */
  url: string;
};

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with the one declared there
  interface ProvidedContext {
    /** The number of partitions of the conversation tables in each test database; absent: plain tables. */
    testPartitions?: number;
  }
}

let cluster: Promise<TestCluster> | undefined;

/**
 * Makes a new database from a template, in some tens of milliseconds, on the cluster that all test files share (or on the
 * server of TEST_DATABASE_URL). `close` drops it.
 */
export async function testDatabase({ poolSize = 4 }: { poolSize?: number } = {}): Promise<TestDatabase> {
  cluster ??= askForCluster();
  const { connection, template } = await cluster;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(connection, `CREATE DATABASE ${name} TEMPLATE ${template}`);

  const own: pg.ClientConfig = { ...connection, database: name };
  const pool = new Pool(own, poolSize);
  const connect = async (patienceMs = 10_000) => {
    const client = new pg.Client({ ...own, connectionTimeoutMillis: patienceMs });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const partitions = inject('testPartitions');
  if (partitions !== undefined) await partTables(pool, partitions);
  const { user, password, host, port } = connection;
  return {
    pool,
    reserved: pool,
    url: `postgresql://${encodeURIComponent(user)}${password ? `:${encodeURIComponent(password)}` : ''}@${encodeURIComponent(host)}${host.startsWith('/') ? '' : `:${port}`}/${name}`,
    exclusive: false,
    connect,
    listen: (channel, listener) => listen(connect, channel, listener),
    async health() {
      await pool.query('SELECT 1');
    },
    announceClose() {},
    async close() {
      await pool.end();
      await asAdmin(connection, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Partitions the conversation tables, as an operator does. */
export async function partTables(pool: pg.Pool, partitions: number): Promise<void> {
  const script = await readFile(join(import.meta.dirname, '../../../../../deploy/partitions.sql'), 'utf8');
  const client = await pool.connect();
  try {
    await client.query("SELECT set_config('causerie.partitions', $1, false)", [String(partitions)]);
    await client.query(script);
  } finally {
    client.release();
  }
}

async function asAdmin(connection: TestCluster['connection'], statement: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** The run's main process starts the cluster when the first test file asks for it: a run without a database has none. */
async function askForCluster(): Promise<TestCluster> {
  const socket = connectSocket(inject('testClusterDoor'));
  await once(socket, 'connect');
  const answer = JSON.parse(await text(socket)) as TestCluster | { error: string };
  if ('error' in answer) throw new Error(`No test database: ${answer.error}`);
  return answer;
}
