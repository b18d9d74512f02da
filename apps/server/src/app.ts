// Over 400 lines: every part is wired here, by plain calls, and nowhere else.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentsResponder } from './agents-responder.ts';
import { type Config, settingsToMend } from './config.ts';
import {
  type Accounts,
  createAccounts,
  createSignUpCount,
  deriveKey,
  type KeyNeeds,
} from './features/accounts/index.ts';
import { registerAccountRoutes } from './features/accounts/routes.ts';
import { createAdmin } from './features/admin/index.ts';
import { registerAdminRoutes } from './features/admin/routes.ts';
import { createAgentMetrics } from './features/agents/index.ts';
import { createAttachments } from './features/attachments/index.ts';
import { registerAttachmentRoutes } from './features/attachments/routes.ts';
import {
  createAnswerMetrics,
  createChatKit,
  presentItem,
  type Responder,
  searchTextOf,
  unfinished,
} from './features/chatkit/index.ts';
import { registerChatKitRoutes } from './features/chatkit/routes.ts';
import { createChatKitSessions } from './features/chatkit-sessions/index.ts';
import { clearedSessionCookie, registerChatKitSessionRoutes } from './features/chatkit-sessions/routes.ts';
import { type Conversations, createConversations, registerRunMetrics } from './features/conversations/index.ts';
import { createDictation, readLargeRequest } from './features/dictation/index.ts';
import { createHosted } from './features/hosted/index.ts';
import { registerHostedRoutes } from './features/hosted/routes.ts';
import { createLive } from './features/live/index.ts';
import { registerLiveSocket } from './features/live/socket.ts';
import { createProfile } from './features/profile/index.ts';
import { registerProfileRoutes } from './features/profile/routes.ts';
import { createPublicConfig } from './features/public-config/index.ts';
import { registerPublicConfigRoutes } from './features/public-config/routes.ts';
import { createWeather } from './features/weather/index.ts';
import { registerWeatherRoutes } from './features/weather/routes.ts';
import {
  createGuard,
  createHttp,
  createHttpMetrics,
  type Http,
  type RequireSession,
  registerLimits,
  remembered,
  requireContract,
  settleRequests,
  stopListening,
} from './http/index.ts';
import { limitPolicies } from './limit-policies.ts';
import { createMemoryBus, registerBusMetrics } from './platform/bus/index.ts';
import { type Database, openDatabase } from './platform/database/index.ts';
import { registerPoolMetrics } from './platform/database/metrics.ts';
import { acquireProcessLease } from './platform/database/process-lease.ts';
import { createFiles, isDiskFull } from './platform/files/index.ts';
import { createJobs, type Jobs } from './platform/jobs/index.ts';
import { createLimits } from './platform/limits/index.ts';
import { createHttpAgents } from './platform/outbound/http-agents.ts';
import { createOutbound } from './platform/outbound/index.ts';
import { createLog, type Log } from './platform/telemetry/log.ts';
import { createRegistry, type Registry } from './platform/telemetry/registry.ts';
import { createTracing, noTracing } from './platform/telemetry/tracing.ts';

/** A server that does not listen yet. */
export type App = {
  http: Http;
  database: Database;
  accounts: Accounts;
  conversations: Conversations;
  /** The metrics of `/metrics`. */
  metrics: Registry;
  log: Log;
  /** The scheduled jobs; they do not run before they are started. */
  jobs: Jobs;
  /** Stops everything in the reverse order of its start. */
  close(): Promise<void>;
};

/** Parts that a test provides and closes itself. */
export type Overrides = {
  database?: Database;
  log?: Log;
  roots?: { web: string; element: string };
  now?: () => number;
  /** Writes the answers instead of the agents. */
  responder?: Responder;
  /** The time limits of the live socket. */
  liveTimes?: Parameters<typeof createLive>[0]['times'];
};

const repository = join(import.meta.dirname, '../../..');

const version = '0.1.0';

/** How long the last answers may take to leave once all work is done. */
const closePatienceMs = 2000;
/** How often the runs of dead processes are searched. */
const recoverEveryMs = 10_000;
/** How often answers are searched whose session another process ended. */
const stopWithSessionsEveryMs = 2000;

/** Wires the parts by plain calls: a feature uses exactly what it receives here. */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const log = overrides.log ?? createLog(config.LOG_LEVEL);
  for (const warning of settingsToMend(config)) log.warn(warning);
  // The started parts, newest last; they stop from the end.
  const started: (() => unknown)[] = [];
  const close = async () => {
    for (let stop = started.pop(); stop; stop = started.pop()) await stop();
  };
  // Aborted first when the server stops: it reports itself as not ready, and feeds send their followers to another process.
  const stopping = new AbortController();
  try {
    const metrics = createRegistry();
    const httpMetrics = createHttpMetrics(metrics);
    const tracing = config.OTEL_EXPORTER_OTLP_ENDPOINT
      ? await createTracing(config.OTEL_EXPORTER_OTLP_ENDPOINT, version, createHttpAgents(config))
      : noTracing;
    started.push(() => tracing.close());
    const database = overrides.database ?? (await openDatabase(config, log));
    if (!overrides.database) started.push(() => database.close());
    // Before all metrics that query the database: no person waits for their statements.
    registerPoolMetrics(metrics, database.pool);
    const process = await acquireProcessLease(database, log);
    started.push(() => process.close());
    const redisAddress = config.REDIS_URL && { urls: config.REDIS_URL, cluster: config.REDIS_CLUSTER === 'true' };
    // The client of Redis costs 6 MB, which a server without Redis need not pay.
    const redisParts = redisAddress && (await import('./redis-parts.ts'));
    const bus = redisAddress && redisParts ? redisParts.createRedisBus(redisAddress, log) : createMemoryBus();
    started.push(() => bus.close());

    const redis = redisAddress && redisParts?.connectRedis(redisAddress, log);
    if (redis) started.push(() => redis.close());
    const limits = createLimits({ redis, now: overrides.now });
    const policies = limitPolicies(config);

    const outbound = createOutbound(config, { tracing });
    started.push(() => outbound.close());
    const accounts = await createAccounts({
      outbound,
      config,
      pool: database.pool,
      limits,
      signInsPerMinute: policies.api.perMinute > 0 ? config.RATE_LIMIT_SIGN_IN_PER_MINUTE : 0,
      log,
      ...(overrides.now ? { now: overrides.now } : {}),
    });
    const guardFor = (needs: KeyNeeds): RequireSession => {
      const guard = createGuard(accounts, needs);
      return async (request) => {
        const found = await guard(request);
        httpMetrics.countPerson(found.person.id);
        return found;
      };
    };
    const requireSession = guardFor('chat');
    const requireAdministrator = guardFor('admin');

    const chatkitSessions = createChatKitSessions({
      pool: database.pool,
      redis,
      personInSession: accounts.personInSession,
      registry: metrics,
      now: overrides.now,
    });
    // Tokens of ChatKit sessions are accepted by these routes only.
    const requireChatter = chatkitSessions.guardDoor(requireSession);
    const requireUploader = chatkitSessions.guardDoor(guardFor('files'), { uploads: true });
    const requireFileReader = chatkitSessions.guardDoor(guardFor('files'));
    // Such sessions send and read files as well: a key that may not must not make one.
    const requireFileScope = guardFor('files');
    const requireSessionMaker: RequireSession = async (request) => {
      await requireFileScope(request);
      return requireSession(request);
    };
    const hosted = createHosted({
      config,
      outbound,
      pool: database.pool,
      personOf: accounts.personOf,
      personInSession: accounts.personInSession,
      now: overrides.now,
    });

    const conversations = createConversations({
      pool: database.pool,
      runWrites: database.reserved,
      bus,
      process,
      log,
      unfinished: { assistant: unfinished },
      wordsOf: searchTextOf,
      answers: { perPerson: config.ANSWERS_PER_PERSON, perProcess: config.ANSWERS_PER_PROCESS },
    });
    started.push(() => conversations.close());
    const recover = () =>
      conversations.runs.recover().catch((error) => {
        if (!stopping.signal.aborted) log.warn({ err: error }, 'lost runs could not be looked for');
      });
    // With other processes, a verdict on whether they live takes seconds: longer than a start may take.
    if (database.exclusive) await recover();
    else void recover();
    const recovering = setInterval(recover, recoverEveryMs).unref();
    started.push(() => clearInterval(recovering));
    const stopWithSessions = () => {
      conversations.runs
        .stopWithSessions(accounts.sessions.ended)
        .catch((error) => log.warn({ err: error }, 'answers of ended sessions could not be looked for'));
    };
    accounts.sessions.onEnded(stopWithSessions);
    const endingRuns = setInterval(stopWithSessions, stopWithSessionsEveryMs).unref();
    started.push(() => clearInterval(endingRuns));

    const weather = createWeather({
      config: { url: config.OPEN_METEO_URL, geocodingUrl: config.OPEN_METEO_GEOCODING_URL },
      outbound,
      shared: redis && redisParts?.createSharedCache(redis),
    });
    const jobs = createJobs(database, log, metrics);
    const attachments = createAttachments({
      pool: database.pool,
      files: filesOf(config),
      key: await deriveKey(config, 'file addresses'),
      config: {
        maxBytes: config.ATTACHMENT_MAX_BYTES,
        maxCount: config.ATTACHMENT_MAX_COUNT,
        quota: config.STORAGE_PER_PERSON,
        modelShare: { images: config.ATTACHMENT_MODEL_IMAGES, characters: config.ATTACHMENT_MODEL_CHARACTERS },
        dataDir: config.DATA_DIR,
      },
      personInSession: accounts.personInSession,
      wakeRemoval: () => jobs.wake('remove-released-files'),
      log,
      ...(overrides.now ? { now: overrides.now } : {}),
    });
    jobs.define('remove-released-files', attachments.removeReleased);
    jobs.define('remove-files', attachments.clean, '17 * * * *');
    jobs.define('trim-events', () => conversations.trim(config.EVENTS_KEPT_DAYS), '41 * * * *');
    started.push(() => jobs.close());
    const responder =
      overrides.responder ??
      agentsResponder(config, {
        log,
        metrics: createAgentMetrics(metrics, config.MODEL_PRICES),
        outbound,
        converter: attachments.converter,
      });
    const dictation = createDictation(
      { apiKey: config.OPENAI_API_KEY, baseUrl: config.OPENAI_BASE_URL, model: config.TRANSCRIBE_MODEL },
      outbound,
    );
    const chatkit = createChatKit({
      conversations,
      attachments,
      transcribe: dictation?.transcribe,
      responder,
      metrics: createAnswerMetrics(metrics),
      tracing,
      maxPage: config.PAGE_MAX_ITEMS,
    });
    const live = createLive({
      conversations,
      present: (item, origin) => presentItem(item, (attachment) => attachments.present(attachment, origin)),
      sessions: accounts.sessions,
      maxSockets: config.SOCKETS_PER_PERSON,
      stopping: stopping.signal,
      log,
      ...(overrides.liveTimes && { times: overrides.liveTimes }),
    });
    started.push(() => live.close());
    registerRunMetrics(metrics, conversations.runs);
    registerBusMetrics(metrics, bus);

    const http = await createHttp(config, log, {
      version,
      checks: {
        database: remembered(database.health),
        running: async () => stopping.signal.throwIfAborted(),
      },
      telemetry: { registry: metrics, metrics: httpMetrics, tracing, token: config.METRICS_TOKEN },
      stopping: stopping.signal,
      conveniences: {
        disk: remembered(async () => (database.pool.diskIsFull || (await isDiskFull(config.DATA_DIR)) ? 'full' : 'up')),
        ...(redis && { redis: () => (bus.health() === 'up' && redis.health() === 'up' ? 'up' : 'down') }),
      },
      roots: overrides.roots ?? {
        web: join(repository, 'apps/web/dist'),
        element: join(repository, 'packages/chatkit-element/dist'),
      },
    });
    started.push(async () => {
      // A reader that takes nothing, or a body that drips in, must not delay everybody's restart.
      const late = setTimeout(() => http.server.closeAllConnections(), closePatienceMs);
      await http.close();
      clearTimeout(late);
    });
    // An answer in flight completes, or its reader learns that it was cut. Requests over open connections are also
    // answered: a client whose message must not be sent twice has no other server to send it to.
    const settle = settleRequests(http.server);
    started.push(() => conversations.runs.drain(config.STOP_TIMEOUT * 1000, () => settle(closePatienceMs)));
    // Stop accepting connections before refusing anything: a proxy whose connection is refused tries another process.
    started.push(() => stopListening(http.server));
    started.push(() => (http.server.listening ? sleep(config.STOP_DELAY * 1000) : undefined));
    started.push(() => {
      stopping.abort();
      database.announceClose();
    });
    requireContract(http);
    registerLimits(http, {
      limits,
      policy: policies.api,
      address: policies.address,
      personOf: async (headers) => (await chatkitSessions.findPerson(headers)) ?? accounts.personOf(headers),
    });
    const secure = config.PUBLIC_URL?.startsWith('https:') ?? false;
    const originOf = (request: { protocol: string; host: string }) =>
      config.PUBLIC_URL ?? `${request.protocol}://${request.host}`;
    registerAccountRoutes(http, {
      originOf,
      accounts,
      limits: policies,
      countSignUp: createSignUpCount(limits, policies.signUpsPerDay),
      endingCookies: [clearedSessionCookie(secure)],
      pageTokens: config.VITE_CHATKIT_API_URL !== undefined || URL.canParse(config.VITE_CHATKIT_DIRECT_UPLOAD_URL),
    });
    registerChatKitRoutes(http, {
      chatkit,
      requireSession: requireChatter,
      requireUploader,
      requireFileReader,
      originOf,
      limit: policies.chat,
      readRecording: dictation && readLargeRequest,
      maxMessage: config.MESSAGE_MAX_CHARACTERS,
      maxFeeds: config.FEEDS_PER_PERSON,
      countStream: httpMetrics.countStream,
      stopping: stopping.signal,
    });
    registerLiveSocket(http, {
      live,
      requireSession,
      originOf,
      limit: policies.chat,
      countStream: httpMetrics.countStream,
      stopping: stopping.signal,
    });
    registerAttachmentRoutes(http, {
      attachments,
      requirePerson: async (request) => (await requireFileReader(request)).person,
      requireUploader: async (request) => (await requireUploader(request)).person,
      originOf,
      limit: policies.chat,
    });
    registerHostedRoutes(http, { hosted, requireSession, limit: policies.chat });
    registerChatKitSessionRoutes(http, {
      chatkitSessions,
      requireSession: requireSessionMaker,
      limit: policies.sessions,
      secure,
    });
    const publicConfig = createPublicConfig({
      config,
      accounts,
      dictation: () => dictation?.works() === true,
      offline: responder.offline === true,
      model: responder.model,
      missingSetting: responder.missingSetting,
    });
    registerPublicConfigRoutes(http, { publicConfig });
    const profile = createProfile({ accounts, conversations, attachments });
    const admin = createAdmin({ pool: database.pool, accounts, conversations, attachments, profile });
    registerProfileRoutes(http, { accounts, profile, onLeave: admin.noteLeaving });
    registerAdminRoutes(http, {
      admin,
      accounts,
      requirePerson: async (request) => (await requireAdministrator(request)).person,
      originOf,
    });
    registerWeatherRoutes(http, { weather });
    await http.ready();

    return { http, database, accounts, conversations, metrics, log, jobs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function filesOf(config: Config) {
  const { S3_BUCKET: bucket, S3_REGION: region, S3_ENDPOINT: endpoint, S3_PATH_STYLE: style } = config;
  if (!bucket) return createFiles({ directory: join(config.DATA_DIR, 'files') });
  return createFiles({
    s3: {
      bucket,
      region,
      endpoint,
      accessKeyId: config.S3_ACCESS_KEY_ID,
      secretAccessKey: config.S3_SECRET_ACCESS_KEY,
      pathStyle: style === undefined ? endpoint !== undefined : style === 'true',
    },
  });
}
