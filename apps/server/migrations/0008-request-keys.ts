import { type Kysely, sql } from 'kysely';

/**
 * What a client calls its request, so that the request made twice is answered once: kept with the run it started, for as
 * long as the conversation is there. `request_hash` tells the same request from another under the same name;
 * `first_event` is the first event it caused, from which its answer is told again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE runs ADD COLUMN client_id text, ADD COLUMN request_hash text, ADD COLUMN first_event bigint`.execute(
    db,
  );
  await sql`CREATE UNIQUE INDEX runs_by_client_id ON runs (person_id, client_id) WHERE client_id IS NOT NULL`.execute(
    db,
  );
}
