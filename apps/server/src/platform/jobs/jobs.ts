import type { ConstructorOptions, PgBoss } from 'pg-boss';
import type { Registry } from '../telemetry/registry.ts';
import { createJobMetrics } from './metrics.ts';

/** Work that is done beside what people ask, by one process, however many there are. */
export type Jobs = {
  /**
   * Names work. It is done when it is woken and, with a cron line (UTC), at set times. Of all processes one does it each
   * time; work that fails is tried again twice, and work whose process died is given to another.
   */
  define(name: string, work: () => Promise<void>, cron?: string): void;
  /**
   * Has work done soon, by a process that does jobs: some milliseconds after this, where the database can be listened to. Woken
   * several times before it begins, it is done once. Call it after the commit of what there is to do. Before `start`, and
   * where the jobs could not be started, it is done here.
   */
  wake(name: string): void;
  /** Does work now, here: for an administrator, and for tests. */
  run(name: string): Promise<void>;
  /**
   * From now on this process does jobs, or with `wakesOnly` leaves them to others. A failure is only logged, and tried again:
   * people are served all the same.
   */
  start(options?: { wakesOnly?: boolean }): void;
  /** Takes no new work and waits for what is under way, 10 seconds at most. */
  close(): Promise<void>;
};

type Log = { warn(details: object, message: string): void };
type Defined = { name: string; cron: string | undefined; work: () => Promise<void> };

/** The database that keeps the jobs, and tells of new ones. */
export type JobsDatabase = {
  pool: { query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }> };
  listen(
    channel: string,
    listener: { onMessage(payload: string): void; onListening(): void },
  ): Promise<{ close(): Promise<void> }>;
};

/** Rows of whatever columns, as pg-boss takes them. */
type Executed = ReturnType<NonNullable<ConstructorOptions['db']>['executeSql']>;

const retryStartMs = 60_000;
/** What is not heard of is found so often: an idle process should leave the database alone. */
const pollSeconds = 60;

/** Jobs kept in the database, in a schema of their own (`pgboss`). */
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
      // A process that does none of them opens their queue when it has something to put there.
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
    // No job waits for another; this would be looked for every five seconds.
    flowIntervalSeconds: 600,
  });
  // Without a listener an error of its own timers would end the process.
  boss.on('error', (error) => log.warn({ err: error }, 'the jobs have trouble'));
  await boss.start();
  return boss;
}

/** Of work that is woken, one turn waits at most (`short`): it does all there is to do. */
async function createQueue(boss: PgBoss, { name }: Defined): Promise<void> {
  await boss.createQueue(name, { policy: 'short', retryLimit: 2, retryDelay: 60, expireInSeconds: 900, notify: true });
  // A queue of a former version is kept as it was.
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
