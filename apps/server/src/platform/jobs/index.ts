import type { ConstructorOptions, PgBoss } from 'pg-boss';

/** Work that is done at set times, by one process, however many there are. */
export type Jobs = {
  /**
   * Names work for the times of a cron line (UTC). Of all processes one does it each time; work that fails is tried again
   * twice, and work whose process died is given to another.
   */
  schedule(name: string, cron: string, work: () => Promise<void>): void;
  /** Does work now, here: for an administrator, and for tests. */
  run(name: string): Promise<void>;
  /** From now on this process takes part. A failure is only logged, and tried again: people are served all the same. */
  start(): void;
  /** Takes no new work and waits for what is under way, 10 seconds at most. */
  close(): Promise<void>;
};

type Log = { warn(details: object, message: string): void };
type Scheduled = { name: string; cron: string; work: () => Promise<void> };

/** Rows of whatever columns, as pg-boss takes them. */
type Executed = ReturnType<NonNullable<ConstructorOptions['db']>['executeSql']>;

const retryStartMs = 60_000;
/** Nothing here is urgent, and an idle process should leave the database alone. */
const pollSeconds = 60;

/** Jobs kept in the database `pool` leads to, in a schema of their own (`pgboss`). */
export function createJobs(
  pool: { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> },
  log: Log,
): Jobs {
  const scheduled: Scheduled[] = [];
  let closed = false;
  let boss: PgBoss | undefined;
  let starting: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const open = async () => {
    try {
      boss = await startBoss(pool, log);
      for (const job of scheduled) await takePart(boss, job, log);
    } catch (error) {
      log.warn({ err: error }, 'the jobs could not be started; trying again in a minute');
      await boss?.stop({ graceful: false }).catch(() => {});
      boss = undefined;
      if (!closed) retry = setTimeout(begin, retryStartMs).unref();
    }
  };
  const begin = () => {
    starting = open();
  };

  return {
    schedule(name, cron, work) {
      scheduled.push({ name, cron, work });
    },
    async run(name) {
      const job = scheduled.find((candidate) => candidate.name === name);
      if (!job) throw new Error(`No job is called ${name}`);
      await job.work();
    },
    start: begin,
    async close() {
      closed = true;
      clearTimeout(retry);
      await starting;
      await boss?.stop({ graceful: true, timeout: 10_000 });
    },
  };
}

async function startBoss(pool: Parameters<typeof createJobs>[0], log: Log): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) as Executed },
    superviseIntervalSeconds: 600,
    cronWorkerIntervalSeconds: 30,
    cronMonitorIntervalSeconds: 30,
  });
  // Without a listener an error of its own timers would end the process.
  boss.on('error', (error) => log.warn({ err: error }, 'the jobs have trouble'));
  await boss.start();
  return boss;
}

async function takePart(boss: PgBoss, { name, cron, work }: Scheduled, log: Log): Promise<void> {
  await boss.createQueue(name, { policy: 'short', retryLimit: 2, retryDelay: 60, expireInSeconds: 900 });
  await boss.schedule(name, cron);
  await boss.work(name, { pollingIntervalSeconds: pollSeconds }, async () => {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, job: name }, 'a job failed');
      throw error;
    }
  });
}
