import { PassThrough } from 'node:stream';
import { type App, createApp, type Overrides } from '../src/app.ts';
import { type Config, loadConfig } from '../src/config.ts';
import type { TestDatabase } from '../src/platform/database/testing.ts';
import { createLog } from '../src/platform/telemetry/log.ts';
import { type Door, type Person, personAt } from './person.ts';
import { cookiesOf, openStream, type Reply, wholeReply } from './stream.ts';

export type Env = Record<string, string | undefined>;
type Headers = Record<string, string>;

/** A whole server of this test process, listening on a port of its own. */
export type Server = Door & {
  app: App;
  url: string;
  database: TestDatabase;
  /** The lines of its log, as they were written. */
  logged: string[];

  /** Requests that nobody signed. */
  get(path: string, headers?: Headers): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Headers): Promise<Reply>;

  /** Makes an account, `<name>@example.org` unless told otherwise. The first one is the administrator's. */
  signUp(name: string, more?: { email?: string; password?: string; name?: string; locale?: string }): Promise<Person>;
  /** Signs somebody in once more, as a program. */
  signIn(who: Pick<Person, 'email' | 'password'>, more?: object): Promise<Person>;
  /** Signs somebody in as a browser is; gives the cookies it sends from then on. */
  browserOf(who: Pick<Person, 'email' | 'password'>, headers?: Headers): Promise<string>;
  close(): Promise<void>;
};

const usualPassword = 'a long enough password';

/** Starts one. `env` adds to the settings of a server without limits of rate and without any key. */
export async function startServer(
  directory: string,
  database: TestDatabase,
  env: Env,
  overrides: Overrides & {
    logLevel?: 'silent' | 'debug' | 'info' | 'warn' | 'error' | undefined;
    /** Settings finer than the environment takes. */
    config?: Partial<Config> | undefined;
  },
): Promise<Server> {
  const { logLevel = 'silent', config = {}, ...parts } = overrides;
  const logged: string[] = [];
  const lines = new PassThrough().on('data', (chunk) => logged.push(...String(chunk).trim().split('\n')));
  const settings = { DATA_DIR: directory, RATE_LIMIT_PER_MINUTE: '0', AUTH_SECRET_KEY: 'k'.repeat(40), ...env };
  const app = await createApp(
    { ...loadConfig(settings, directory), ...config },
    {
      database,
      log: createLog(logLevel, lines),
      ...parts,
    },
  );
  const url = await app.http.listen({ port: 0, host: '127.0.0.1' });
  const port = Number(new URL(url).port);

  const personOf = async (reply: Reply, email: string, password: string): Promise<Person> => {
    if (!reply.body.access_token) throw new Error(`${email} was not let in: ${reply.status} ${reply.text}`);
    const { access_token: token, refresh_token: refresh } = reply.body;
    const me = await server.get('/api/v1/auth/me', { authorization: `Bearer ${token}` });
    return personAt(server, { id: me.body.id, email, password, token, refresh });
  };
  const server: Server = {
    app,
    url,
    port,
    database,
    logged,
    open: (method, path, body, headers = {}) => openStream(port, { method, path, body, headers }),
    send: async (method, path, body, headers) => wholeReply(await server.open(method, path, body, headers)),
    get: (path, headers) => server.send('GET', path, undefined, headers),
    post: (path, body = {}, headers) => server.send('POST', path, body, headers),
    async signUp(name, more = {}) {
      const shown = name[0]!.toUpperCase() + name.slice(1);
      const account = { email: `${name}@example.org`, password: usualPassword, name: shown, ...more };
      return personOf(await server.post('/api/v1/auth/register', account), account.email, account.password);
    },
    async signIn({ email, password }, more) {
      return personOf(await server.post('/api/v1/auth/login', { email, password, ...more }), email, password);
    },
    browserOf: async ({ email, password }, headers) =>
      cookiesOf(await server.post('/api/auth/sign-in/email', { email, password }, headers)),
    close: () => app.close(),
  };
  return server;
}
