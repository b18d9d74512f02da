import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from '../apps/server/src/platform/database/pool.ts';
import { Reader } from '../tools/crash/reader.ts';
import { readAnswer } from '../tools/crash/resuming-client.ts';
import { startStage } from '../tools/crash/stage.ts';
import { answerTo, type Plan } from '../tools/crash/word-model.ts';

/** Fifty tokens a second, as a fast model has it. */
const plan: Plan = { words: 2000, paceMs: 20 };
const idleMs = 5000;

/** The dead rows and the log that one long answer leaves in the database. */
export async function benchRows(print: (line: string) => void): Promise<void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'causerie-rows-'));
  const stage = await startStage({ dataDir, processes: 1, database: 'external' });
  const pool = new Pool({ connectionString: stage.database.url }, 1);
  try {
    await pool.query('CREATE EXTENSION pgstattuple');
    await pool.query('CREATE EXTENSION pg_walinspect');
    // Autovacuum is off during the count.
    await pool.query('ALTER SYSTEM SET autovacuum = off');
    await pool.query('SELECT pg_reload_conf()');
    await pool.query('VACUUM');
    await pool.query('CHECKPOINT');
    // Every page that an answer touches is written whole once after a checkpoint; that is no cost of the answer.
    await answer(stage, { words: 20, paceMs: 20 });
    const idle = await measure(pool, () => sleep(idleMs));
    const busy = await measure(pool, () => answer(stage, plan));
    const log = busy.log - (idle.log * busy.ms) / idle.ms;
    const kB = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
    print(
      `one answer of ${plan.words} tokens: ${kB(busy.dead)} of dead rows, ${kB(log)} of WAL, ` +
        `together ${kB(busy.dead + log)} (goal < 100 kB)`,
    );
    for (const [table, bytes] of busy.tables) print(`  dead rows of ${table}: ${kB(bytes)}`);
    for (const [table, bytes] of busy.logTables) print(`  WAL of ${table}: ${kB(bytes)}`);
  } finally {
    await pool.end();
    await stage.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function answer(stage: Awaited<ReturnType<typeof startStage>>, asked: Plan): Promise<void> {
  const reader = new Reader(answerTo(asked));
  await readAnswer(reader, {
    token: stage.token,
    server: () => stage.servers[0]!.url,
    request: stage.request(asked),
  });
  if (!reader.isWhole) throw new Error(`The answer is not whole: ${reader.errors}`);
}

type Left = { ms: number; log: number; logTables: [string, number][]; dead: number; tables: [string, number][] };

/** Bytes of log and of dead rows that come into being during some work. */
async function measure(pool: Pool, work: () => Promise<unknown>): Promise<Left> {
  const [startLog, startDead, started] = [await logPosition(pool), await deadBytes(pool), performance.now()];
  await work();
  const ms = performance.now() - started;
  const endLog = await logPosition(pool);
  const tables = [...(await deadBytes(pool))].map(([table, bytes]): [string, number] => [
    table,
    bytes - (startDead.get(table) ?? 0),
  ]);
  const { rows } = await pool.query(
    `SELECT pg_wal_lsn_diff($2, $1)::bigint AS bytes,
       (SELECT json_agg(json_build_array(name, bytes)) FROM (
          SELECT coalesce(c.relname, b.relfilenode::text) AS name, sum(b.record_length) AS bytes
          FROM pg_get_wal_block_info($1, $2) b LEFT JOIN pg_class c ON pg_relation_filenode(c.oid) = b.relfilenode
          WHERE b.block_id = 0 GROUP BY 1 HAVING sum(b.record_length) > 1000 ORDER BY 2 DESC) found) AS tables`,
    [startLog, endLog],
  );
  return {
    ms,
    log: rows[0].bytes,
    logTables: rows[0].tables ?? [],
    dead: tables.reduce((sum, [, bytes]) => sum + bytes, 0),
    tables: tables.filter(([, bytes]) => bytes > 1000).sort((a, b) => b[1] - a[1]),
  };
}

async function logPosition(pool: Pool): Promise<string> {
  return (await pool.query('SELECT pg_current_wal_insert_lsn() AS position')).rows[0].position;
}

/**
 * By table, what its pages hold beside rows that can be seen: dead ones, and what pruning has freed of them meanwhile.
 * Rows kept outside of their table (TOAST) belong to it.
 */
async function deadBytes(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query(
    `SELECT c.relname AS table, sum(s.dead_tuple_len + s.free_space)::bigint AS bytes
     FROM pg_class c, LATERAL (VALUES (c.oid), (c.reltoastrelid)) AS r(oid), LATERAL pgstattuple(r.oid) AS s
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND r.oid <> 0 GROUP BY 1`,
  );
  return new Map(rows.map(({ table, bytes }) => [table as string, Number(bytes)]));
}
