import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from '../../platform/telemetry/registry.ts';

/** After this time the metrics are returned without the counts of sessions from the database. */
const patienceMs = 1000;

/** ChatKit sessions of the whole installation: how many were ever created, by workflow, and how many are valid now. */
export type SessionCounts = { created: Record<string, number>; active: number };

export type SessionMetrics = ReturnType<typeof createSessionMetrics>;

/** Counted in the database: every process reports the same numbers, also after a restart. */
export function createSessionMetrics(registry: Registry, read: () => Promise<SessionCounts>) {
  const registers = [registry];
  let counts: SessionCounts = { created: {}, active: 0 };
  let reading: Promise<void> | undefined;
  /** The last counts, used while the database is away or slow. The two metrics below share one query. */
  const refresh = (): Promise<void> => {
    reading ??= readInTime(read)
      .then((fresh) => {
        counts = fresh ?? counts;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  new Counter({
    name: 'chatkit_sessions_created_total',
    help: 'ChatKit sessions created, by workflow. Read from the database: every process tells the same, also after a restart.',
    labelNames: ['workflow_id'],
    registers,
    async collect() {
      await refresh();
      this.reset();
      for (const [workflow, created] of Object.entries(counts.created)) this.inc({ workflow_id: workflow }, created);
    },
  });
  new Gauge({
    name: 'chatkit_active_sessions',
    help: 'ChatKit sessions that have not expired. Read from the database, as those created.',
    registers,
    async collect() {
      await refresh();
      this.set(counts.active);
    },
  });
  const duration = new Histogram({
    name: 'chatkit_session_duration_seconds',
    help: 'How long the creation of a session took.',
    registers,
  });
  return {
    countCreation(seconds: number): void {
      duration.observe(seconds);
    },
  };
}

async function readInTime(read: () => Promise<SessionCounts>): Promise<SessionCounts | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  const counts = await Promise.race([read().catch(() => undefined), late]);
  clearTimeout(timer);
  return counts;
}
