import type { Pool, PoolClient } from 'pg';
import { transaction } from '../../../platform/database/transaction.ts';
import { accountColumns, banned } from '../people/account-columns.ts';
import type { Account, AlsoDo, Device, SessionRow } from '../people/person.ts';
import type { Scope } from './scopes.ts';

/** A session that stands, with its person. `scopes` is null but for an API key, which may do no more than they say. */
export type FoundSession = {
  account: Account;
  sessionId: string;
  scopes: Scope[] | null;
  createdAt: Date;
  /** `Infinity` for an API key without an end. */
  expiresAt: Date | number;
  /** The session was noted as in use within the last minute. */
  seenLately: boolean;
};

/** A refresh token's row with what its session says. */
export type RefreshRow = {
  sessionId: string;
  personId: string;
  usedAt: Date | null;
  expiresAt: Date;
  sessionExpiresAt: Date;
  banned: boolean;
};

/** What becomes of a refresh token that was brought. */
export type RefreshDecision = 'refuse' | 'end' | 'repeat' | { next: Buffer; usedAt: Date; expiresAt: Date };

/** An API key as its person sees it. */
export type KeyRow = {
  id: string;
  name: string;
  /** The first letters of the key, to tell it from others. */
  hint: string;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | number;
  last_used_at: Date | null;
};

const notBanned = `NOT ${banned}`;
/** How stale "last seen" may be: a write for every look at a session would cost more than the look. */
const seenLately = `(p.last_seen_at IS NOT NULL AND s.last_seen_at > now() - interval '1 minute')`;
const found = `${accountColumns}, s.id AS session_id, s.scopes, s.created_at AS session_created_at,
  s.expires_at AS session_expires_at, ${seenLately} AS seen_lately`;
const keyColumns = 'id, name, hint, scopes, created_at, expires_at, last_seen_at AS last_used_at';

/**
 * Ends all sessions of a person but `keep`; those of ChatKit too that `keep` made, since they are listed as others. What
 * was begun and not finished ends as well, such as a question for a second factor.
 * @param keys whether API keys end too
 */
export async function endSessions(
  client: Pick<PoolClient, 'query'>,
  personId: string,
  { keep = '', keys = true }: { keep?: string | undefined; keys?: boolean } = {},
): Promise<void> {
  await client.query(`DELETE FROM sessions WHERE person_id = $1 AND id <> $2 AND (kind <> 'key' OR $3)`, [
    personId,
    keep,
    keys,
  ]);
  await client.query('DELETE FROM chatkit_sessions WHERE person_id = $1', [personId]);
  await client.query('DELETE FROM tickets WHERE person_id = $1', [personId]);
}

export type SessionQueries = ReturnType<typeof createSessionQueries>;

/** Sessions of browsers, programs and API keys. */
export function createSessionQueries(pool: Pool) {
  const one = async <Row>(name: string, text: string, values: unknown[]): Promise<Row | undefined> =>
    (await pool.query({ name: `sessions.${name}`, text, values })).rows[0] as Row | undefined;

  const findBy = async (name: string, where: string, values: unknown[]): Promise<FoundSession | undefined> => {
    const row = await one<Account & Record<string, never>>(
      name,
      `SELECT ${found} FROM sessions s JOIN people p ON p.id = s.person_id
       WHERE ${where} AND s.expires_at > $1 AND ${notBanned}`,
      values,
    );
    if (!row) return undefined;
    const { session_id, scopes, session_created_at, session_expires_at, seen_lately, ...account } = row;
    return {
      account,
      sessionId: session_id!,
      scopes: scopes!,
      createdAt: session_created_at!,
      expiresAt: session_expires_at!,
      seenLately: seen_lately!,
    };
  };

  return {
    /** The session of a cookie or an API key, by the hash of it. */
    findBySecret: (secretHash: Buffer, kind: 'browser' | 'key', now: Date) =>
      findBy('find_by_secret', 's.secret_hash = $2 AND s.kind = $3', [now, secretHash, kind]),

    /** The session that an access token names. */
    findById: (personId: string, sessionId: string, now: Date) =>
      findBy('find_by_id', `s.person_id = $2 AND s.id = $3 AND s.kind <> 'key'`, [now, personId, sessionId]),

    /** The person of a session of whichever kind, those of ChatKit too, while it lets them in. */
    async findPersonInSession(
      personId: string,
      sessionId: string,
      now: Date,
    ): Promise<{ account: Account; seenLately: boolean } | undefined> {
      const row = await one<Account & { seen_lately: boolean }>(
        'find_person_in_session',
        `SELECT ${accountColumns}, ${seenLately} AS seen_lately
         FROM people p JOIN standing_sessions s ON s.person_id = p.id
         WHERE p.id = $1 AND s.id = $2 AND s.expires_at > $3 AND ${notBanned}`,
        [personId, sessionId, now],
      );
      if (!row) return undefined;
      const { seen_lately, ...account } = row;
      return { account, seenLately: seen_lately };
    },

    /** Of these sessions, given as two lists, those that let nobody in any more. */
    async findEnded(personIds: string[], sessionIds: string[], now: Date): Promise<string[]> {
      const { rows } = await pool.query({
        name: 'sessions.find_ended',
        text: `SELECT a.session_id AS id FROM unnest($1::text[], $2::text[]) a (person_id, session_id)
               WHERE NOT EXISTS (
                 SELECT FROM people p JOIN standing_sessions s ON s.person_id = p.id
                 WHERE p.id = a.person_id AND s.id = a.session_id AND s.expires_at > $3
                   AND NOT p.must_change_password AND ${notBanned})`,
        values: [personIds, sessionIds, now],
      });
      return rows.map((row) => row.id);
    },

    /** Notes that the session, of whichever kind, is in use. Each statement for itself: no lock is held while waiting. */
    async touch(personId: string, sessionId: string): Promise<void> {
      await one('touch', 'UPDATE sessions SET last_seen_at = now() WHERE id = $1', [sessionId]);
      await one('touch_chatkit', 'UPDATE chatkit_sessions SET last_seen_at = now() WHERE id = $1', [sessionId]);
      await one('touch_person', 'UPDATE people SET last_seen_at = now() WHERE id = $1', [personId]);
    },

    /** Where the person is signed in, last used first. API keys are listed apart. */
    async list(personId: string, now: Date): Promise<SessionRow[]> {
      const { rows } = await pool.query(
        `SELECT id, kind, created_at, last_seen_at, expires_at, coalesce(user_agent, '') AS user_agent,
           coalesce(ip_address, '') AS ip
         FROM standing_sessions WHERE person_id = $1 AND expires_at > $2 AND kind <> 'key'
         ORDER BY last_seen_at DESC, id DESC`,
        [personId, now],
      );
      const iso = (date: Date) => date.toISOString();
      return rows.map((row) => ({
        ...row,
        created_at: iso(row.created_at),
        last_seen_at: iso(row.last_seen_at),
        expires_at: iso(row.expires_at),
      }));
    },

    addBrowser: (session: {
      id: string;
      secretHash: Buffer;
      personId: string;
      createdAt: Date;
      expiresAt: Date;
      device: Device;
    }) =>
      one(
        'add_browser',
        `WITH seen AS (UPDATE people SET last_seen_at = now() WHERE id = $3)
         INSERT INTO sessions (id, kind, secret_hash, person_id, created_at, expires_at, last_seen_at, ip_address, user_agent)
         VALUES ($1, 'browser', $2, $3, $7, $4, now(), $5, $6)`,
        [
          session.id,
          session.secretHash,
          session.personId,
          session.expiresAt,
          session.device.ip,
          session.device.userAgent,
          session.createdAt,
        ],
      ),

    lengthen: (id: string, expiresAt: Date) =>
      one('lengthen', 'UPDATE sessions SET expires_at = $2 WHERE id = $1', [id, expiresAt]),

    addProgram: (
      session: { id: string; personId: string; createdAt: Date; expiresAt: Date; device: Device },
      token: { hash: Buffer; expiresAt: Date },
    ) =>
      one(
        'add_program',
        `WITH session AS (INSERT INTO sessions (id, kind, person_id, created_at, expires_at, last_seen_at, ip_address,
                            user_agent) VALUES ($1, 'program', $2, $8, $3, now(), $6, $7)),
              seen AS (UPDATE people SET last_seen_at = now() WHERE id = $2)
         INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($4, $1, $5)`,
        [
          session.id,
          session.personId,
          session.expiresAt,
          token.hash,
          token.expiresAt,
          session.device.ip,
          session.device.userAgent,
          session.createdAt,
        ],
      ),

    /** The new key, unless its person has `most` already. */
    async addKey(
      key: { id: string; secretHash: Buffer; personId: string; name: string; hint: string; scopes: Scope[] },
      expiresAt: Date | undefined,
      { most, now }: { most: number; now: Date },
    ): Promise<KeyRow | undefined> {
      return transaction(pool, async (client) => {
        // Those who add keys to one account take turns, so that none slips past the count.
        await client.query('SELECT FROM people WHERE id = $1 FOR NO KEY UPDATE', [key.personId]);
        await client.query(`DELETE FROM sessions WHERE person_id = $1 AND kind = 'key' AND expires_at <= $2`, [
          key.personId,
          now,
        ]);
        const { rows } = await client.query(
          `INSERT INTO sessions (id, kind, secret_hash, person_id, name, hint, scopes, created_at, expires_at, last_seen_at)
           SELECT $1, 'key', $2, $3, $4, $5, $6, $7, coalesce($8, 'infinity'::timestamptz), NULL
           WHERE (SELECT count(*) FROM sessions WHERE person_id = $3 AND kind = 'key') < $9
           RETURNING ${keyColumns}`,
          [key.id, key.secretHash, key.personId, key.name, key.hint, key.scopes, now, expiresAt ?? null, most],
        );
        return rows[0];
      });
    },

    async listKeys(personId: string, now: Date): Promise<KeyRow[]> {
      const { rows } = await pool.query(
        `SELECT ${keyColumns} FROM sessions WHERE person_id = $1 AND kind = 'key' AND expires_at > $2 ORDER BY id DESC`,
        [personId, now],
      );
      return rows;
    },

    /** False when the person has no such session, or key with `kind`. */
    end: (
      personId: string,
      sessionId: string,
      also: AlsoDo = async () => {},
      kind: 'session' | 'key' = 'session',
    ): Promise<boolean> =>
      transaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `WITH s AS (DELETE FROM sessions WHERE person_id = $1 AND id = $2 AND (kind = 'key') = $3 RETURNING id),
                c AS (DELETE FROM chatkit_sessions WHERE person_id = $1 AND $2 IN (id, session_id) RETURNING id)
           SELECT id FROM s UNION ALL SELECT id FROM c`,
          [personId, sessionId, kind === 'key'],
        );
        if (rowCount === 0) return false;
        await also(client);
        return true;
      }),

    endOthers: (personId: string, keep: string) =>
      transaction(pool, (client) => endSessions(client, personId, { keep, keys: false })),

    sessionOfRefreshToken: async (hash: Buffer) =>
      one<{ id: string; person_id: string }>(
        'session_of_refresh_token',
        'SELECT s.id, s.person_id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1',
        [hash],
      ),

    /** Shows `decide` the token, locked against other uses of it, and does what it says. */
    useRefreshToken: (
      hash: Buffer,
      decide: (row: RefreshRow) => RefreshDecision,
    ): Promise<{ row: RefreshRow; decision: RefreshDecision } | undefined> =>
      transaction(pool, async (client) => {
        const { rows } = await client.query(
          `SELECT t.session_id AS "sessionId", s.person_id AS "personId", t.used_at AS "usedAt",
                  t.expires_at AS "expiresAt", s.expires_at AS "sessionExpiresAt", ${banned} AS banned
           FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN people p ON p.id = s.person_id
           WHERE t.hash = $1 FOR UPDATE OF t`,
          [hash],
        );
        const row = rows[0] as RefreshRow | undefined;
        if (!row) return undefined;
        const decision = decide(row);
        if (decision === 'end') {
          await client.query('DELETE FROM chatkit_sessions WHERE session_id = $1', [row.sessionId]);
          await client.query('DELETE FROM sessions WHERE id = $1', [row.sessionId]);
        } else if (typeof decision === 'object') {
          await client.query('UPDATE refresh_tokens SET used_at = $2 WHERE hash = $1', [hash, decision.usedAt]);
          await client.query('INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)', [
            decision.next,
            row.sessionId,
            decision.expiresAt,
          ]);
        }
        return { row, decision };
      }),

    /** Forgets sessions whose last day has passed. */
    async removeExpired(): Promise<void> {
      await pool.query('DELETE FROM sessions WHERE expires_at < now()');
      await pool.query(`DELETE FROM chatkit_sessions c WHERE NOT EXISTS (
        SELECT FROM standing_sessions s WHERE s.id = c.id AND s.expires_at > now())`);
    },
  };
}
