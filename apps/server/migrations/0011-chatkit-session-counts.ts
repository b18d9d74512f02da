import { type Kysely, sql } from 'kysely';

/** How many ChatKit sessions were ever created, by workflow: sessions themselves are removed when they end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE chatkit_session_counts (
      workflow_id text PRIMARY KEY,
      created bigint NOT NULL
    )`.execute(db);
  await sql`
    INSERT INTO chatkit_session_counts
    SELECT CASE WHEN place <= 100 THEN workflow_id ELSE 'other' END, sum(created)
    FROM (
      SELECT workflow_id, count(*) AS created, row_number() OVER (ORDER BY min(created_at)) AS place
      FROM chatkit_sessions GROUP BY workflow_id
    ) counted GROUP BY 1`.execute(db);
}
