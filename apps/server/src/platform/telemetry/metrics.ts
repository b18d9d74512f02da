import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A person counts as active for this long after a request. */
const activeMs = 5 * 60_000;
/** So many people are told apart; beyond it the oldest are forgotten, since a number must not cost memory without bound. */
const mostPeople = 100_000;

const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const answerSeconds = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300];
const firstTokenSeconds = [0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 30, 60];

/** The figures are told without the counts of sessions when the database does not give them in time. */
const countsPatienceMs = 1000;

/** What one turn of an agent came to. */
export type AnswerFigures = {
  state: 'done' | 'stopped' | 'failed' | 'interrupted';
  /** From the request to the end of the answer. */
  seconds: number;
  /** From the request to the first words, or null when there were none. */
  firstTokenSeconds: number | null;
};

/** What is read at the moment someone asks for the figures, rather than kept up to date. */
export type Readings = {
  runs(): number;
  pool(): { total: number; idle: number; waiting: number };
  bus(): { up: boolean; lagSeconds: number | null };
};

/** ChatKit sessions of the whole installation: how many were ever created, by workflow, and how many are good now. */
export type SessionCounts = { created: Record<string, number>; active: number };

/** Dollars for a million tokens of each model that is named. */
export type Prices = Record<string, { input: number; output: number }>;

/** The figures of this process. Every function is a few additions; none may be called for each token. */
export type Metrics = ReturnType<typeof createMetrics>;

/**
 * The figures Prometheus asks for at `/metrics`. Names that begin with `getlood_` and `chatkit_` are those of the systems
 * this server takes the place of, so that their dashboards go on; `causerie_` are our own.
 */
export function createMetrics(prices: Prices = {}, now: () => number = () => performance.now()) {
  const registry = new Registry();
  const registers = [registry];
  // The event loop's delay, memory, processor time, open files and garbage collection.
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: 'getlood_requests_total',
    help: 'HTTP requests answered. endpoint is the template of the route, status 499 a caller who left before the answer.',
    labelNames: ['method', 'endpoint', 'status'],
    registers,
  });
  const requestDuration = new Histogram({
    name: 'getlood_request_duration_seconds',
    help: 'From the first byte of a request to the end of its answer; of a stream, to the end of the stream.',
    labelNames: ['endpoint'],
    buckets: requestSeconds,
    registers,
  });
  const streams = new Gauge({
    name: 'causerie_streams_open',
    help: 'Event streams being written: answers to whoever asked, feeds that follow a thread, and live sockets.',
    labelNames: ['kind'],
    registers,
  });

  const seen = new Map<string, number>();
  new Gauge({
    name: 'getlood_active_users',
    help: 'People whose requests this process answered in the last five minutes.',
    registers,
    collect() {
      for (const [id, at] of seen) {
        // In the order they were last seen: what follows is younger.
        if (now() - at <= activeMs) break;
        seen.delete(id);
      }
      this.set(seen.size);
    },
  });

  const agentCalls = new Counter({
    name: 'getlood_agent_calls_total',
    help: 'Turns that an agent was asked to take.',
    labelNames: ['agent_name'],
    registers,
  });
  const pipeline = new Histogram({
    name: 'getlood_pipeline_execution_seconds',
    help: 'A whole turn of an agent, the calls of models and tools in it.',
    buckets: answerSeconds,
    registers,
  });
  const answers = new Counter({
    name: 'causerie_answers_total',
    help: 'Answers by how they ended.',
    labelNames: ['state'],
    registers,
  });
  for (const state of ['done', 'stopped', 'failed', 'interrupted']) answers.inc({ state }, 0);
  const firstToken = new Histogram({
    name: 'causerie_first_token_seconds',
    help: 'From the request to the first words of its answer.',
    buckets: firstTokenSeconds,
    registers,
  });
  const answerDuration = new Histogram({
    name: 'causerie_answer_seconds',
    help: 'From the request to the end of its answer, by how it ended.',
    labelNames: ['state'],
    buckets: answerSeconds,
    registers,
  });
  const tokens = new Counter({
    name: 'causerie_tokens_total',
    help: 'Tokens that models counted, by model and direction (input, output).',
    labelNames: ['model', 'direction'],
    registers,
  });
  const cost = new Counter({
    name: 'causerie_cost_dollars_total',
    help: 'What these tokens cost by MODEL_PRICES; models without a price are not in it.',
    labelNames: ['model'],
    registers,
  });

  const sessionDuration = new Histogram({
    name: 'chatkit_session_duration_seconds',
    help: 'How long the creation of a session took.',
    registers,
  });
  let readCounts: (() => Promise<SessionCounts>) | undefined;
  let counts: SessionCounts = { created: {}, active: 0 };
  /** What was told last holds while the database is away or slow. */
  const refreshCounts = async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), countsPatienceMs);
    });
    counts = (await Promise.race([readCounts?.().catch(() => undefined), late])) ?? counts;
    clearTimeout(timer);
  };
  new Counter({
    name: 'chatkit_sessions_created_total',
    help: 'ChatKit sessions created, by workflow. Read from the database: every process tells the same, also after a restart.',
    labelNames: ['workflow_id'],
    registers,
    collect() {
      this.reset();
      for (const [workflow, created] of Object.entries(counts.created)) this.inc({ workflow_id: workflow }, created);
    },
  });
  new Gauge({
    name: 'chatkit_active_sessions',
    help: 'ChatKit sessions that have not expired. Read from the database, as those created.',
    registers,
    collect() {
      this.set(counts.active);
    },
  });

  const jobs = new Counter({
    name: 'causerie_jobs_total',
    help: 'Runs of scheduled jobs, by job and by how they ended.',
    labelNames: ['job', 'state'],
    registers,
  });

  return {
    /** A request is over. `endpoint` is the route's template, never the address: addresses hold ids without end. */
    request(method: string, endpoint: string, status: number, seconds: number): void {
      requests.inc({ method, endpoint, status });
      requestDuration.observe({ endpoint }, seconds);
    },
    /** A stream begins; call what is returned when it ends. */
    stream(kind: 'answer' | 'feed' | 'socket'): () => void {
      streams.inc({ kind });
      return () => streams.dec({ kind });
    },
    /** A person did something. */
    person(id: string): void {
      seen.delete(id);
      if (seen.size >= mostPeople) seen.delete(seen.keys().next().value!);
      seen.set(id, now());
    },
    agentCall(name: string): void {
      agentCalls.inc({ agent_name: name });
    },
    answer({ state, seconds, firstTokenSeconds: first }: AnswerFigures): void {
      answers.inc({ state });
      answerDuration.observe({ state }, seconds);
      pipeline.observe(seconds);
      if (first !== null) firstToken.observe(first);
    },
    /** What a model said a turn used; of a turn that failed, as far as it said. */
    usage({ model, inputTokens, outputTokens }: { model: string; inputTokens: number; outputTokens: number }): void {
      tokens.inc({ model, direction: 'input' }, inputTokens);
      tokens.inc({ model, direction: 'output' }, outputTokens);
      const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
      if (price) cost.inc({ model }, (inputTokens * price.input + outputTokens * price.output) / 1_000_000);
    },
    /** A session was created, in so many seconds. */
    session(seconds: number): void {
      sessionDuration.observe(seconds);
    },
    /** Tells where the counts of sessions are read. */
    readSessions(read: () => Promise<SessionCounts>): void {
      readCounts = read;
    },
    /** The same work, with each run of it counted. */
    job(name: string, work: () => Promise<void>): () => Promise<void> {
      for (const state of ['done', 'failed']) jobs.inc({ job: name, state }, 0);
      return async () => {
        try {
          await work();
          jobs.inc({ job: name, state: 'done' });
        } catch (error) {
          jobs.inc({ job: name, state: 'failed' });
          throw error;
        }
      };
    },
    /** Tells where to read what is asked only when the figures are. */
    read(readings: Readings): void {
      const gauge = (name: string, help: string, value: () => number | null) =>
        new Gauge({
          name,
          help,
          registers,
          collect() {
            const current = value();
            if (current !== null) this.set(current);
          },
        });
      gauge('causerie_answers_running', 'Answers this process is writing.', readings.runs);
      gauge('causerie_bus_up', '1 while other processes hear this one, else 0.', () => (readings.bus().up ? 1 : 0));
      gauge(
        'causerie_bus_lag_seconds',
        'How long the last probe took from this process over Redis and back; 0 for a server of one process.',
        () => readings.bus().lagSeconds,
      );
      gauge('causerie_database_connections_used', 'Database connections at work.', () => {
        const { total, idle } = readings.pool();
        return total - idle;
      });
      gauge('causerie_database_connections_idle', 'Database connections at rest.', () => readings.pool().idle);
      gauge('causerie_database_waiting', 'Statements that wait for a connection.', () => readings.pool().waiting);
    },
    /** The figures in Prometheus' text format. */
    async text(): Promise<{ type: string; text: string }> {
      await refreshCounts();
      return { type: registry.contentType, text: await registry.metrics() };
    },
    /** The names of everything that is exported: dashboards and alerts are held against it. */
    async names(): Promise<string[]> {
      return (await registry.getMetricsAsJSON()).map(({ name }) => name);
    },
  };
}
