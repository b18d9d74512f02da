// The only reader of the environment. Each setting is one entry below: its rule, its default and its sentence, from which the
// page of settings is made (`describeSettings`). Over 400 lines, since there are that many settings.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import {
  commaList,
  databaseUrl,
  httpUrl,
  logLevel,
  oidcProviders,
  origins,
  originsOrAny,
  prices,
  redisUrls,
  seconds,
  text,
  wholeNumber,
} from './config-rules.ts';

const server = {
  PORT: wholeNumber(0, 65_535).prefault('8000').describe('The port to listen on; 0 takes a free one.'),
  HOST: z
    .string()
    .min(1)
    .prefault('127.0.0.1')
    .describe('The address to listen on. The default answers this machine only; containers set 0.0.0.0.'),
  ROLE: z
    .enum(['all', 'web', 'worker'])
    .prefault('all')
    .describe(
      'What this process does: web answers people, worker does the jobs (and answers /health, /ready and /metrics), all does both.',
    ),
  DATA_DIR: z.string().min(1).prefault('./data').describe('Where the embedded database, files and keys are kept.'),
  PUBLIC_URL: httpUrl
    .transform((text) => text.replace(/\/+$/, '').toLowerCase())
    // Everything is served from the root; an address with a path would lead nowhere.
    .refine((text) => new URL(text).origin === new URL(text).href.slice(0, -1), 'must have no path')
    .optional()
    .describe('The address people use, such as https://chat.example. With https, cookies are Secure and HSTS is sent.'),
  ALLOWED_ORIGINS: originsOrAny
    .prefault('*')
    .describe(
      'Other sites whose pages may call the API: origins, separated by commas. * is any site, with a token and never with somebody’s cookie; only a site that is named may also make accounts.',
    ),
  TRUSTED_PROXIES: commaList
    .pipe(z.array(z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], 'must be addresses or ranges (10.0.0.0/8)')))
    .prefault('')
    .describe('Addresses or ranges of your own proxies. Only they are believed about the caller: X-Forwarded-For.'),
  MAX_CONNECTIONS: wholeNumber(1, 10_000_000)
    .optional()
    .describe(
      'Connections this process holds at once; those beyond it are closed. Default: what its limit of open files leaves.',
    ),
  WRITE_TIMEOUT: seconds(1, 3600)
    .prefault('20')
    .describe(
      'Seconds that a reader may take nothing of an answer that waits for it; then its connection is closed. A reader whose progress the buffers of the system hide (4 KB a second is enough) has up to 20 times as long on top, while no more than 32 MB wait for all such readers.',
    ),
  FRAME_ANCESTORS: origins
    .prefault('')
    .describe('Sites that may show the web app in a frame: origins, separated by commas. Default: none may.'),
  LOG_LEVEL: logLevel
    .prefault('info')
    .describe('The least severe line to log: fatal, error, warn, info, debug, trace or silent.'),
  ENVIRONMENT: z
    .string()
    .trim()
    .toLowerCase()
    .prefault('development')
    .describe('production refuses to start with a secret that anybody could guess. NODE_ENV says the same.'),
  REDIS_URL: redisUrls
    .optional()
    .describe(
      'Redis, which several server processes share for live events, limits, sessions and a cache. One needs none.',
    ),
  REDIS_CLUSTER: z
    .enum(['true', 'false'])
    .prefault('false')
    .describe(
      'Whether REDIS_URL is a Redis Cluster (of Redis 7 or later, or Valkey): some of its nodes, separated by commas, of which one that answers is enough.',
    ),
};

const database = {
  DATABASE_URL: databaseUrl
    .optional()
    .describe('An own PostgreSQL 15 or later. Without it, the one that comes with the server runs inside DATA_DIR.'),
  DATABASE_CONNECT_RETRIES: wholeNumber(0, 1000)
    .prefault('10')
    .describe('How often to try again at the start when the database of DATABASE_URL does not answer.'),
  DATABASE_CONNECT_DELAY: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number of seconds')
    .transform(Number)
    .prefault('1')
    .describe('Seconds between these tries.'),
  DATABASE_POOL_SIZE: wholeNumber(1, 200).prefault('10').describe('Database connections each process may hold.'),
};

const accounts = {
  AUTH_SECRET_KEY: text.describe(
    'The key that signs sessions and tokens, of 32 characters or more (openssl rand -base64 48). Without it, one is made once and kept in DATA_DIR.',
  ),
  ACCESS_TOKEN_EXPIRE_MINUTES: wholeNumber(1, 1440).prefault('120').describe('How long an access token is good.'),
  REGISTRATION: z
    .enum(['open', 'closed'])
    .prefault('open')
    .describe('Whether people may create their own account. The very first account can always be created.'),
  ADMIN_EMAIL: z.email('must be an e-mail address').optional().describe('An administrator to have from the start.'),
  ADMIN_PASSWORD: z
    .string()
    .min(8, 'must have at least 8 characters')
    .max(1024)
    .optional()
    .describe('The password that this administrator has at first; changing it later here changes nothing.'),
  OIDC_PROVIDERS: oidcProviders
    .prefault('[]')
    .describe(
      'OpenID providers that people may sign in with, as JSON: [{"id": "example", "name": "Example", "issuer": "https://id.example", "client_id": "…", "client_secret": "…"}]. See docs/signing-in.md.',
    ),
};

const limits = {
  RATE_LIMIT_PER_MINUTE: wholeNumber(0, 1_000_000)
    .prefault('100')
    .describe(
      'Requests to the API a minute: by person where signed in, else by address. 0 switches all limits here off.',
    ),
  RATE_LIMIT_CHAT_PER_MINUTE: wholeNumber(0, 1_000_000)
    .prefault('300')
    .describe('The same for the chat itself, which asks more often. 0: no limit.'),
  RATE_LIMIT_SIGN_IN_PER_MINUTE: wholeNumber(0, 1_000_000)
    .prefault('5')
    .describe('Tries to sign in to one account from one address. 0: no limit; wrong passwords still make it wait.'),
  RATE_LIMIT_SESSIONS_PER_MINUTE: wholeNumber(0, 1_000_000)
    .prefault('5')
    .describe('Sessions that one person may create a minute with /api/create-session. 0: no limit.'),
  RATE_LIMIT_ADDRESS_PER_MINUTE: wholeNumber(0, 1_000_000)
    .prefault('3000')
    .describe('Requests to the API a minute from one address, whoever is signed in there. 0: no limit.'),
  SIGN_UPS_PER_DAY: wholeNumber(0, 1_000_000)
    .prefault('200')
    .describe('Accounts that may be created from one address a day. 0: no limit.'),
  ANSWERS_PER_PERSON: wholeNumber(1, 10_000)
    .prefault('4')
    .describe('Answers that may be written for one person at the same time, in each process.'),
  ANSWERS_PER_PROCESS: wholeNumber(1, 100_000)
    .prefault('64')
    .describe('Answers that one process may write at the same time, for everybody together.'),
  EVENTS_KEPT_DAYS: wholeNumber(1, 3650)
    .prefault('30')
    .describe(
      'Days for which a client that was away can go on from where it was. After that it reads the conversation anew.',
    ),
  FEEDS_PER_PERSON: wholeNumber(1, 100_000)
    .prefault('32')
    .describe(
      'Conversations that one person may follow at the same time, in all windows and devices, in each process.',
    ),
  SOCKETS_PER_PERSON: wholeNumber(1, 100_000)
    .prefault('32')
    .describe(
      'Live sockets (/ws/live) that one person may have open at the same time, in all windows and devices, in each process.',
    ),
  MESSAGE_MAX_CHARACTERS: wholeNumber(1, 1_000_000)
    .prefault('800000')
    .describe('The longest message, or result of a tool in the browser. No request has more than a megabyte anyway.'),
  PAGE_MAX_ITEMS: wholeNumber(1, 1000)
    .prefault('200')
    .describe(
      'The most threads or items in one page of a list; who asks for more gets so many, and may go on. Four megabytes of items end a page as well.',
    ),
};

const models = {
  CHATKIT_AGENT_MODEL: z
    .string()
    .regex(
      /^([^/\s]+|(openai|anthropic|google|mistral|ollama)\/\S+)$/,
      'must be like openai/gpt-5.2; providers are openai, anthropic, google, mistral and ollama',
    )
    .optional()
    .describe(
      'The model that answers, as provider/model, such as openai/gpt-5.2. Default: openai/gpt-5 with OPENAI_API_KEY or OPENAI_BASE_URL (a server of one’s own seldom has that one: name one of its models); else the first with a key of anthropic/claude-sonnet-4-5, google/gemini-2.5-flash, mistral/mistral-medium-latest; else offline.',
    ),
  CHATKIT_AGENT_INSTRUCTIONS: z.string().optional().describe('What the assistant is told about its task.'),
  CHATKIT_AGENT_HISTORY_TOKENS: wholeNumber(1000, 10_000_000)
    .prefault('40000')
    .describe('How much of a thread a model is given in one turn, in tokens (about three bytes each): the end of it.'),
  CHATKIT_AGENT_MESSAGE_TOKENS: wholeNumber(1000, 10_000_000)
    .prefault('250000')
    .describe('How much of the newest message alone, which is given whole up to here; a longer one is cut.'),
  OPENAI_API_KEY: z.string().optional().describe('The key for OpenAI, or for the server of OPENAI_BASE_URL.'),
  OPENAI_BASE_URL: httpUrl.optional().describe('Any server that speaks the OpenAI API (Ollama, vLLM, a gateway).'),
  MODEL_API: z
    .enum(['responses', 'chat_completions'])
    .optional()
    .describe(
      'Which of its two APIs to speak. Default: responses; a server at OPENAI_BASE_URL that has no such API is spoken to by chat_completions, which is found out again after an hour.',
    ),
  OPENAI_STORE: z
    .enum(['true', 'false'])
    .prefault('false')
    .describe(
      'Whether OpenAI may keep what is said (its `store`). Another server at OPENAI_BASE_URL is told over the Responses API.',
    ),
  ANTHROPIC_API_KEY: text.describe('The key for models named anthropic/…'),
  ANTHROPIC_BASE_URL: httpUrl.optional().describe('Another server that speaks the Anthropic API.'),
  GOOGLE_GENERATIVE_AI_API_KEY: text.describe('The key for models named google/…'),
  GOOGLE_BASE_URL: httpUrl.optional().describe('Another server that speaks the Gemini API.'),
  MISTRAL_API_KEY: text.describe('The key for models named mistral/…'),
  MISTRAL_BASE_URL: httpUrl.optional().describe('Another server that speaks the Mistral API.'),
  OLLAMA_URL: httpUrl
    .prefault('http://127.0.0.1:11434/v1')
    .describe('The Ollama that models named ollama/… are asked of.'),
  TRANSCRIBE_MODEL: z
    .string()
    .min(1)
    .prefault('gpt-4o-mini-transcribe')
    .describe('The model that writes down what people dictate; asked of OpenAI, or of OPENAI_BASE_URL.'),
  MODEL_FIRST_BYTE_TIMEOUT: seconds(1, 3600)
    .prefault('60')
    .describe('Seconds a model may take until the first byte of its answer.'),
  MODEL_IDLE_TIMEOUT: seconds(1, 3600)
    .prefault('60')
    .describe('Seconds a model may be silent in the middle of an answer.'),
};

const files = {
  ATTACHMENT_MAX_BYTES: wholeNumber(1, 104_857_600)
    .prefault('10485760')
    .describe('The largest file that may be sent along with a message, in bytes.'),
  ATTACHMENT_MAX_COUNT: wholeNumber(1, 50).prefault('4').describe('The most files one message may carry.'),
  STORAGE_PER_PERSON: wholeNumber(0, 1_000_000_000_000_000)
    .prefault('1073741824')
    .describe('How much one person may keep in files, in bytes. 0: no limit.'),
  ATTACHMENT_MODEL_IMAGES: wholeNumber(0, 50)
    .prefault('8')
    .describe('The most images of a thread a model is shown in one turn; older ones are only named.'),
  ATTACHMENT_MODEL_CHARACTERS: wholeNumber(0, 1_000_000)
    .prefault('100000')
    .describe('The most text out of PDF and text files a model is given in one turn, in characters.'),
  S3_BUCKET: text.describe('Keeps files in this bucket instead of DATA_DIR/files. Needed when servers share no disk.'),
  S3_REGION: z.string().prefault('us-east-1').describe('The region of the bucket.'),
  S3_ENDPOINT: httpUrl.optional().describe('Another server than Amazon’s that speaks S3 (MinIO, Garage, R2).'),
  S3_ACCESS_KEY_ID: text.describe('The key for the bucket. Without it, the role of the machine is used.'),
  S3_SECRET_ACCESS_KEY: text.describe('The secret of that key.'),
  S3_PATH_STYLE: z
    .enum(['true', 'false'])
    .optional()
    .describe('Whether the bucket stands in the path of addresses. Default: true with S3_ENDPOINT, else false.'),
};

const hosted = {
  CHATKIT_WORKFLOW_ID: z
    .string()
    .max(200)
    .optional()
    .describe('The workflow on OpenAI’s side that hosted ChatKit runs, such as wf_…'),
  CHATKIT_HOSTED_URL: httpUrl
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe('Where hosted ChatKit is. Default: /chatkit below OPENAI_BASE_URL, or below https://api.openai.com/v1.'),
};

const webApp = {
  VITE_CHATKIT_API_URL: text.describe(
    'The ChatKit server the chat page talks to, with the signed-in person’s access token. Default: /api/chatkit of this server.',
  ),
  VITE_CHATKIT_DOMAIN_KEY: text.describe('Passed on to the element, which needs none.'),
  VITE_CHATKIT_FORCE_HOSTED: text.describe('true: the chat page uses hosted ChatKit, through this server.'),
  VITE_CHATKIT_SKIP_DOMAIN_VERIFICATION: text.describe('true: VITE_CHATKIT_DOMAIN_KEY is left out.'),
  VITE_CHATKIT_UPLOAD_STRATEGY: z
    .enum(['two_phase', 'direct', 'none'])
    .optional()
    .describe('How files are uploaded: two_phase or direct. Without it, or with none, the composer takes no files.'),
  VITE_CHATKIT_DIRECT_UPLOAD_URL: z
    .string()
    .prefault('/api/attachments')
    .describe('Where they go with direct, with the same token. Default: this server.'),
  VITE_BACKEND_URL: text.describe(
    'Where to sign in when the address of the page does not answer; a /api at its end is dropped. The development server passes /api on to it.',
  ),
};

const operation = {
  STOP_TIMEOUT: seconds(0, 3600)
    .prefault('30')
    .describe(
      'Seconds that answers in flight may go on once the server is told to stop; it is gone 15 s later at most.',
    ),
  STOP_DELAY: seconds(0, 600)
    .prefault('0')
    .describe(
      'Seconds between /ready saying no and the closing of the door, for balancers that ask /ready. nginx needs none.',
    ),
  METRICS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('What Prometheus must send as a bearer token to read /metrics. Without it, only private addresses may.'),
  MODEL_PRICES: prices
    .prefault('')
    .describe(
      'Dollars for a million tokens in/out, such as openai/gpt-5.2=1.25/10, separated by commas; for the metrics.',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl
    .optional()
    .describe('The OpenTelemetry collector that traces are sent to (OTLP over HTTP), such as http://otel:4318.'),
};

const outbound = {
  HTTPS_PROXY: httpUrl
    .optional()
    .describe(
      'The proxy through which other servers are reached at https:// addresses: models, OpenAI, the weather, providers of sign-in, the collector of traces.',
    ),
  HTTP_PROXY: httpUrl.optional().describe('The same for http:// addresses.'),
  NO_PROXY: commaList
    .prefault('')
    .describe(
      'Hosts reached without it, separated by commas: host, host:port, .domain, *, 10.0.0.1-10.0.0.99. This machine always is.',
    ),
  OUTBOUND_ALLOWED: commaList
    .prefault('')
    .describe(
      'Hosts and networks of your own that the server may reach for a person, separated by commas: wiki.corp.example, .corp.example, 10.1.2.3, 10.0.0.0/8. Addresses that people write otherwise reach the public internet only. What a setting names, such as OLLAMA_URL, needs no mention here. A proxy looks names up itself: what it lets through is its own rule.',
    ),
};

const weather = {
  OPEN_METEO_URL: httpUrl.prefault('https://api.open-meteo.com').describe('Where weather forecasts are asked.'),
  OPEN_METEO_GEOCODING_URL: httpUrl
    .prefault('https://geocoding-api.open-meteo.com')
    .describe('Where the places of cities are asked.'),
};

/** In the order of the page of settings. */
const sections = {
  'The server': server,
  'The database': database,
  Accounts: accounts,
  Limits: limits,
  Models: models,
  Files: files,
  'Hosted ChatKit': hosted,
  'The web app': webApp,
  'Running it': operation,
  'The way out': outbound,
  Weather: weather,
};
const settings = z.object({
  ...server,
  ...database,
  ...accounts,
  ...limits,
  ...models,
  ...files,
  ...hosted,
  ...webApp,
  ...operation,
  ...outbound,
  ...weather,
});

/** The settings that the web app receives, each under its own name. All of them are public. */
export const publicSettings = [
  ...(Object.keys(webApp) as (keyof typeof webApp)[]),
  // For the composer, which refuses at once what the server would refuse.
  'ATTACHMENT_MAX_BYTES',
  'ATTACHMENT_MAX_COUNT',
] as const;

/** All settings, checked and typed. `DATA_DIR` is absolute. Unset optional ones are `undefined`. */
export type Config = z.output<typeof settings>;

/** A setting cannot be used; the message is one line, names the variable, and never shows its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings. Pure but for the files it is pointed to: `.env` in `cwd`, and for any variable `NAME` the file
 * that `NAME_FILE` names (how Docker and Kubernetes hand out secrets). `env` wins over `.env`; an empty value is unset.
 * @throws ConfigError when a value cannot be used.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env, cwd = process.cwd()): Config {
  const environment: Record<string, string> = { ...readDotEnv(cwd), ...definedOnly(env) };
  if (environment.NODE_ENV) environment.ENVIRONMENT ??= environment.NODE_ENV;
  const values: Record<string, string> = {};
  for (const name of Object.keys(settings.shape)) {
    const file = environment[`${name}_FILE`];
    // The proxies also have lower-case names, which other programs read first.
    const value = (name in outbound && environment[name.toLowerCase()]) || environment[name];
    if (value) values[name] = value;
    else if (file) values[name] = readSecret(name, resolve(cwd, file));
  }
  const parsed = settings.safeParse(values);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${String(issue.path[0])} ${sentence(issue)}`);
    throw new ConfigError([...new Set(lines)].join('; '));
  }
  const config = parsed.data;
  if (Boolean(config.S3_ACCESS_KEY_ID) !== Boolean(config.S3_SECRET_ACCESS_KEY))
    throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together');
  if (config.ADMIN_EMAIL && !config.ADMIN_PASSWORD)
    throw new ConfigError('ADMIN_PASSWORD must be set along with ADMIN_EMAIL');
  const redis = config.REDIS_URL?.map((url) => new URL(url)) ?? [];
  if (config.REDIS_CLUSTER === 'false' && redis.length > 1)
    throw new ConfigError('REDIS_CLUSTER must be true for the several addresses of REDIS_URL');
  if (config.REDIS_CLUSTER === 'true' && redis.length === 0)
    throw new ConfigError('REDIS_URL must be set along with REDIS_CLUSTER');
  if (config.REDIS_CLUSTER === 'true' && redis.some(({ pathname }) => !/^\/?0?$/.test(pathname)))
    throw new ConfigError('REDIS_URL must name no database: a cluster has none but the first');
  if (isProduction(config) && hasWeakSecret(config)) throw new ConfigError(`AUTH_SECRET_KEY ${strongSecret}`);
  return { ...config, DATA_DIR: resolve(cwd, config.DATA_DIR) };
}

/** The length of an own key: that of 24 random bytes in base64. */
const leastSecret = 32;
const strongSecret = `must have at least ${leastSecret} characters: make one with "openssl rand -base64 48", or leave it out and the server makes and keeps its own`;
const isProduction = ({ ENVIRONMENT }: Config) => ENVIRONMENT === 'production';
const hasWeakSecret = ({ AUTH_SECRET_KEY: key }: Config) => key !== undefined && key.length < leastSecret;

/** Settings that work and should not stay so: one sentence each, for the log of the start. */
export function settingsToMend(config: Config): string[] {
  return hasWeakSecret(config)
    ? [
        `AUTH_SECRET_KEY can be guessed, so that anybody can sign in as anybody. It ${strongSecret}. With ENVIRONMENT=production the server does not start like this.`,
      ]
    : [];
}

/** One setting as the settings page shows it. */
export type SettingDescription = { section: string; name: string; description: string; default: string | undefined };

/** One entry a variable, in the order of the page of settings, which is made from this. */
export function describeSettings(): SettingDescription[] {
  return Object.entries(sections).flatMap(([section, rules]) =>
    Object.entries(rules as Record<string, z.ZodType>).map(([name, rule]) => ({
      section,
      name,
      description: rule.description ?? '',
      default:
        rule.def.type === 'prefault'
          ? String((rule.def as unknown as { defaultValue: unknown }).defaultValue)
          : undefined,
    })),
  );
}

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  );
}

function readDotEnv(cwd: string): Record<string, string> {
  try {
    return definedOnly(parseEnv(readFileSync(resolve(cwd, '.env'), 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError(`.env cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function readSecret(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${name}_FILE names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** zod's own messages quote the value; a secret must not reach the log that way. */
function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  return issue.message.startsWith('must ') ? issue.message : 'has a value that cannot be used';
}
