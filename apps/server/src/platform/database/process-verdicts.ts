import type { Pool } from 'pg';
import { AppError } from '../../errors.ts';

/** Whether a process lives. */
export type Verdict = 'alive' | 'dead' | 'unsure';
type Certain = Exclude<Verdict, 'unsure'>;

/** In milliseconds. */
export type VerdictLimits = {
  /** How often an unsure process is looked at. */
  pollMs: number;
  /** A process is dead when its lock is free and its beat has stood still this long. A living one reconnects sooner. */
  quietMs: number;
  /** A process is frozen when its beat has stood still this long, though the lock is held. */
  frozenMs: number;
};

/** A process is forgotten when nobody has asked about it for this long. */
const forgetAfterMs = 60_000;

/** The observations of one process. Times come from this process's own clock, which no restart and no other machine sets. */
type Sight = {
  askedAt: number;
  verdict: Verdict;
  /** Null when it has no row; undefined before the first look. */
  beat: number | null | undefined;
  isLocked: boolean;
  /** When its beat was last seen to change, or when it was first seen. */
  movedAt: number;
  /** Consecutive looks of the watch that found nothing new. */
  quiet: number;
  waiting: { resolve(verdict: Certain): void; reject(error: unknown): void }[];
};

/**
 * Judges from outside which processes live: by whether the lock is held and the beat moves, as observed from here.
 *
 * A process is unsure when its lock is free, or held with a beat that has not moved for `frozenMs`. An unsure process is
 * watched, and dead when its beat stands still for `quietMs`. That time is counted in looks that the database answered, one
 * every `pollMs`: while the database is away, or this process itself stands still, no beat can be seen to move.
 */
export function createVerdicts(pool: Pool, limits: VerdictLimits) {
  const looksNeeded = Math.ceil(limits.quietMs / limits.pollMs);
  const sights = new Map<string, Sight>();
  let timer: NodeJS.Timeout | undefined;
  let polling = false;
  let closed = false;

  const observe = async (keys: string[], ofWatch: boolean) => {
    let rows: Seen[];
    try {
      ({ rows } = await pool.query<Seen>({ name: 'processes.look', text: lookStatement, values: [keys] }));
    } catch (error) {
      resetObservations(error);
      throw error;
    }
    const now = performance.now();
    for (const row of rows) {
      const sight = sights.get(row.key);
      if (sight) note(sight, row, now, ofWatch);
    }
  };

  /** Forgets the observations from before an outage of the database, which prove nothing, and rejects the waiting calls. */
  const resetObservations = (error: unknown = new AppError('database_unavailable', undefined, { retryAfter: 2 })) => {
    const now = performance.now();
    for (const sight of sights.values()) {
      sight.quiet = 0;
      sight.movedAt = now;
      for (const { reject } of sight.waiting.splice(0)) reject(error);
    }
  };

  const note = (sight: Sight, { beat, isLocked }: Seen, now: number, ofWatch: boolean) => {
    const moved = beat !== sight.beat;
    const movedWhileFree = moved && sight.beat !== undefined && !sight.isLocked && !isLocked;
    const taken = isLocked && !sight.isLocked;
    if (moved) sight.movedAt = now;
    if (moved || isLocked !== sight.isLocked) sight.quiet = 0;
    else if (ofWatch) sight.quiet++;
    sight.beat = beat;
    sight.isLocked = isLocked;
    sight.verdict = judge(sight, { now, showsLife: movedWhileFree, unchanged: !moved && !taken });
    if (sight.verdict === 'unsure') return arm();
    for (const { resolve } of sight.waiting.splice(0)) resolve(sight.verdict);
  };

  const judge = (
    { beat, isLocked, movedAt, quiet, verdict }: Sight,
    { now, showsLife, unchanged }: { now: number; showsLife: boolean; unchanged: boolean },
  ): Verdict => {
    // It closed its lease, or it runs the former version, which has a lock and no row.
    if (beat === null) return isLocked ? 'alive' : 'dead';
    if (verdict === 'dead' && unchanged) return 'dead';
    if (isLocked ? now - movedAt < limits.frozenMs : showsLife) return 'alive';
    return quiet >= looksNeeded ? 'dead' : 'unsure';
  };

  /** Polls while any process is unsure, with one statement for all of them. */
  const arm = () => {
    if (!closed && !polling) timer ??= setTimeout(poll, limits.pollMs).unref();
  };
  const poll = async () => {
    timer = undefined;
    forget();
    const unsureKeys = [...sights.keys()].filter((key) => sights.get(key)?.verdict === 'unsure');
    if (unsureKeys.length === 0) return;
    polling = true;
    await observe(unsureKeys, true).catch(() => {}); // The waiting calls were rejected.
    polling = false;
    arm();
  };
  const forget = () => {
    const since = performance.now() - forgetAfterMs;
    for (const [key, { askedAt, waiting }] of sights) if (askedAt < since && waiting.length === 0) sights.delete(key);
  };

  const look = async (key: string): Promise<Sight> => {
    if (closed) throw new AppError('stopping');
    forget();
    const now = performance.now();
    const known = sights.get(key);
    const sight: Sight = known ?? {
      askedAt: now,
      verdict: 'unsure',
      beat: undefined,
      isLocked: false,
      movedAt: now,
      quiet: 0,
      waiting: [],
    };
    sight.askedAt = now;
    if (!known) sights.set(key, sight);
    await observe([key], false);
    return sight;
  };

  return {
    look: async (key: string): Promise<Verdict> => (await look(key)).verdict,

    /** Calls about the same process share its watch. */
    async verdictOn(key: string): Promise<Certain> {
      const sight = await look(key);
      if (sight.verdict !== 'unsure') return sight.verdict;
      if (closed) throw new AppError('stopping');
      return new Promise((resolve, reject) => sight.waiting.push({ resolve, reject }));
    },

    resetObservations,

    close() {
      closed = true;
      clearTimeout(timer);
      resetObservations(new AppError('stopping'));
    },
  };
}

type Seen = { key: string; beat: number | null; isLocked: boolean };

/** Takes the lock in shared mode, so that two processes that look at once do not mistake each other for the holder. */
const lookStatement = `SELECT key::text, p.beat, NOT pg_try_advisory_xact_lock_shared(key) AS "isLocked"
  FROM unnest($1::bigint[]) AS key LEFT JOIN processes p USING (key)`;
