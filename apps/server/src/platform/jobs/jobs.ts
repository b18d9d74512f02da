import type { ConstructorOptions, PgBoss } from 'pg-boss';
import type { Registry } from '../telemetry/registry.ts';
import { createJobMetrics } from './metrics.ts';

/** Background work. One process does each piece, however many processes there are. */
export type Jobs = {
  /**
   * Names work. It runs when it is woken and, with a cron line (UTC), at set times. One of all processes runs it each time;
   * failed work is retried twice, and work whose process died goes to another.
   */
  define(name: string, work: () => Promise<void>, cron?: string): void;
  /**
   * Has work run soon, in a process that runs jobs: some milliseconds later, where the database supports LISTEN. Woken
   * several times before it begins, it runs once. Call it after the commit of the rows it needs. Before `start`, and where
   * the jobs could not be started, it runs in this process.
   */
  wake(name: string): void;
  /** Runs work now, in this process: for an administrator, and for tests. */
  run(name: string): Promise<void>;
  /**
   * Starts to run jobs in this process, or with `wakesOnly` leaves them to others. A failure is only logged, and retried:
   * people are served all the same.
   */
  start(options?: { wakesOnly?: boolean }): void;
  /** Takes no new work and waits for running work, 10 seconds at most. */
  close(): Promise<void>;
};

type Log = { warn(details: object, message: string): void };
type Defined = { name: string; cron: string | undefined; work: () => Promise<void> };

/** The database that stores the jobs, and announces new ones. */
export type JobsDatabase = {
  pool: { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };
  listen(
    channel: string,
    listener: { onMessage(payload: string): void; onListening(): void },
  ): Promise<{ close(): Promise<void> }>;
};

/** Rows of any columns, as pg-boss takes them. */
type Executed = ReturnType<NonNullable<ConstructorOptions['db']>['executeSql']>;

const retryStartMs = 60_000;
/** How often jobs are polled without a notification: an idle process should leave the database alone. */
const pollSeconds = 60;

/** Jobs stored in the database, in a schema of their own (`pgboss`). */
export function createJobs(database: JobsDatabase, log: Log, registry: Registry): Jobs {
  const counted = createJobMetrics(registry);
  const defined: Defined[] = [];
  const waking = new Set<Promise<void>>();
  let closed = false;
  let wakesOnly = false;
  let boss: PgBoss | undefined;
  let starting: Promise<void> | undefined;
  let retry: NodeJS.Timeout | undefined;

  const open = async () => {
    try {
      boss = await startBoss(database, log, wakesOnly);
      for (const job of defined) await createQueue(boss, job);
      if (!wakesOnly) for (const job of defined) await takePart(boss, job, log);
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
  const find = (name: string): Defined => {
    const job = defined.find((candidate) => candidate.name === name);
    if (!job) throw new Error(`No job is called ${name}`);
    return job;
  };

  return {
    define(name, work, cron) {
      defined.push({ name, cron, work: counted(name, work) });
    },
    wake(name) {
      const { work } = find(name);
      const send = async () => {
        if (wakesOnly && !starting) begin();
        await starting;
        await (boss ? boss.send(name) : work());
      };
      const sent = send()
        .catch((error) => log.warn({ err: error, job: name }, 'a job could not be woken'))
        .finally(() => waking.delete(sent));
      waking.add(sent);
    },
    run: async (name) => find(name).work(),
    start(options = {}) {
      wakesOnly = options.wakesOnly ?? false;
      // A process that runs no jobs opens their queue when it has something to add.
      if (!wakesOnly) begin();
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await starting;
      await Promise.all(waking);
      await boss?.stop({ graceful: true, timeout: 10_000 });
    },
  };
}

async function startBoss({ pool, listen }: JobsDatabase, log: Log, wakesOnly: boolean): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: {
      executeSql: (text, values) => pool.query(text, values) as Executed,
      listen: (channel, onMessage, onListening) => listen(channel, { onMessage, onListening }),
    },
    useListenNotify: !wakesOnly,
    supervise: !wakesOnly,
    schedule: !wakesOnly,
    superviseIntervalSeconds: 600,
    cronWorkerIntervalSeconds: 30,
    cronMonitorIntervalSeconds: 30,
    // No job waits for another; pg-boss would look for this every five seconds.
    flowIntervalSeconds: 600,
  });
  // Without a listener an error of its own timers would end the process.
  boss.on('error', (error) => log.warn({ err: error }, 'the jobs have trouble'));
  await boss.start();
  return boss;
}

/** At most one run of woken work waits (`short`): a run does everything there is to do. */
async function createQueue(boss: PgBoss, { name }: Defined): Promise<void> {
  await boss.createQueue(name, { policy: 'short', retryLimit: 2, retryDelay: 60, expireInSeconds: 900, notify: true });
  // A queue of a former version keeps its policy.
  await boss.updateQueue(name, { notify: true });
}

async function takePart(boss: PgBoss, { name, cron, work }: Defined, log: Log): Promise<void> {
  if (cron) await boss.schedule(name, cron);
  const options = { pollingIntervalSeconds: pollSeconds, notifyPollingIntervalSeconds: pollSeconds };
  await boss.work(name, options, async () => {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, job: name }, 'a job failed');
      throw error;
    }
  });
}
