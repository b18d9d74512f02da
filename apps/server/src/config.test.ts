import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ConfigError, describeSettings, loadConfig, settingsToMend } from './config.ts';

const cwd = mkdtempSync(join(tmpdir(), 'causerie-config-'));
afterAll(() => rmSync(cwd, { recursive: true }));

it('everything has a default, and DATA_DIR becomes absolute', () => {
  const config = loadConfig({}, cwd);
  expect(config).toMatchObject({
    PORT: 8000,
    HOST: '127.0.0.1',
    ACCESS_TOKEN_EXPIRE_MINUTES: 120,
    ALLOWED_ORIGINS: ['*'],
  });
  expect(config.DATA_DIR).toBe(join(cwd, 'data'));
  expect(config.DATABASE_URL).toBeUndefined();
});

it('the SQLAlchemy spelling of a database address is understood', () => {
  for (const scheme of ['postgresql+psycopg', 'postgresql+asyncpg', 'postgres', 'postgresql'])
    expect(loadConfig({ DATABASE_URL: `${scheme}://u:p@db:5432/c` }, cwd).DATABASE_URL).toBe(
      'postgresql://u:p@db:5432/c',
    );
});

it('lists are split, origins are matched as origins', () => {
  const config = loadConfig(
    { ALLOWED_ORIGINS: 'https://A.example/, http://localhost:5173', TRUSTED_PROXIES: '10.0.0.0/8' },
    cwd,
  );
  expect(config.ALLOWED_ORIGINS).toEqual(['https://a.example', 'http://localhost:5173']);
  expect(config.TRUSTED_PROXIES).toEqual(['10.0.0.0/8']);
});

it.each([
  [{ PORT: 'eighty' }, /^PORT must be a whole number$/],
  [{ PORT: '70000' }, /^PORT must be at most 65535$/],
  [{ REGISTRATION: 'maybe' }, /^REGISTRATION must be one of open, closed$/],
  [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must begin with postgresql:\/\/$/],
  [{ ALLOWED_ORIGINS: 'https://a.example/path' }, /^ALLOWED_ORIGINS must be origins/],
  [{ ALLOWED_ORIGINS: 'ftp://a.example' }, /^ALLOWED_ORIGINS must be origins/],
  [{ FRAME_ANCESTORS: '*' }, /^FRAME_ANCESTORS must be an http/],
  [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of fatal, error, warn/],
  [{ AUTH_SECRET_KEY: 'change-me', ENVIRONMENT: 'Production' }, /^AUTH_SECRET_KEY must have .*openssl rand -base64 48/],
  [{ AUTH_SECRET_KEY: 'change-me', NODE_ENV: 'production' }, /^AUTH_SECRET_KEY must have/],
  [{ FRAME_ANCESTORS: "'none'" }, /^FRAME_ANCESTORS must be an http/],
  [{ PUBLIC_URL: 'chat.example' }, /^PUBLIC_URL must be an http/],
  [{ PUBLIC_URL: 'https://chat.example/path' }, /^PUBLIC_URL must have no path$/],
  [{ PUBLIC_URL: 'https://chat.example/?a=b' }, /^PUBLIC_URL must have no path$/],
  [{ CHATKIT_AGENT_MODEL: 'nobody/model' }, /^CHATKIT_AGENT_MODEL must be like openai/],
  [{ TRUSTED_PROXIES: 'true' }, /^TRUSTED_PROXIES must be addresses/],
  [{ ADMIN_EMAIL: 'a@b.example' }, /^ADMIN_PASSWORD must be set/],
  [{ S3_BUCKET: 'files', S3_ACCESS_KEY_ID: 'id' }, /^S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together/],
  [{ AUTH_SECRET_KEY_FILE: 'nowhere' }, /^AUTH_SECRET_KEY_FILE names a file that cannot be read \(ENOENT\)$/],
])('a wrong value stops the start with one line that names it: %j', (env, message) => {
  expect(() => loadConfig(env, cwd)).toThrow(ConfigError);
  expect(() => loadConfig(env, cwd)).toThrow(message);
});

it('REDIS_URL names one server or, with REDIS_CLUSTER, nodes of a cluster', () => {
  const urls = ({ REDIS_URL }: { REDIS_URL?: string[] | undefined }) => REDIS_URL;
  expect(urls(loadConfig({ REDIS_URL: 'redis://:a,b@one:6379/2' }, cwd))).toEqual(['redis://:a,b@one:6379/2']);
  const nodes = 'redis://:a,b@one:7000, redis://two:7000';
  expect(urls(loadConfig({ REDIS_URL: nodes, REDIS_CLUSTER: 'true' }, cwd))).toEqual([
    'redis://:a,b@one:7000',
    'redis://two:7000',
  ]);
  expect(() => loadConfig({ REDIS_URL: nodes }, cwd)).toThrow('REDIS_CLUSTER must be true');
  expect(() => loadConfig({ REDIS_CLUSTER: 'true' }, cwd)).toThrow('REDIS_URL must be set along with REDIS_CLUSTER');
  expect(() => loadConfig({ REDIS_URL: 'redis://one/1', REDIS_CLUSTER: 'true' }, cwd)).toThrow(
    /^REDIS_URL must name no/,
  );
  expect(() => loadConfig({ REDIS_URL: 'redis://one,two:7000', REDIS_CLUSTER: 'true' }, cwd)).toThrow(
    /^REDIS_URL must have redis:/,
  );
});

it('PUBLIC_URL may end in a slash and name a port', () => {
  expect(loadConfig({ PUBLIC_URL: 'https://Chat.example/' }, cwd).PUBLIC_URL).toBe('https://chat.example');
  expect(loadConfig({ PUBLIC_URL: 'http://localhost:8000' }, cwd).PUBLIC_URL).toBe('http://localhost:8000');
});

it('a refused secret is not shown', () => {
  expect(() => loadConfig({ AUTH_SECRET_KEY: 'short-secret', ENVIRONMENT: 'production' }, cwd)).toThrow(
    /^(?!.*short-secret).*AUTH_SECRET_KEY/,
  );
});

it('a secret that can be guessed is a warning while developing, and names what to do', () => {
  const [warning, ...more] = settingsToMend(loadConfig({ AUTH_SECRET_KEY: 'short-secret' }, cwd));
  expect(warning).toMatch(/^(?!.*short-secret)AUTH_SECRET_KEY can be guessed.*openssl rand .*ENVIRONMENT=production/);
  expect(more).toEqual([]);
  expect(settingsToMend(loadConfig({ AUTH_SECRET_KEY: 'k'.repeat(32) }, cwd))).toEqual([]);
});

it('an empty value is none, whichever way it is given', () => {
  writeFileSync(join(cwd, '.env'), 'PORT=""\nOPENAI_API_KEY=\nVITE_CHATKIT_UPLOAD_STRATEGY=" "\nLOG_LEVEL=WARNING\n');
  const config = loadConfig({ LOG_LEVEL: '', REDIS_URL: '' }, cwd);
  expect(config).toMatchObject({ PORT: 8000, LOG_LEVEL: 'warn' });
  for (const name of ['OPENAI_API_KEY', 'VITE_CHATKIT_UPLOAD_STRATEGY', 'REDIS_URL'] as const)
    expect(config[name]).toBeUndefined();
});

it('.env is read, the environment wins, and NAME_FILE hands over a secret', () => {
  writeFileSync(join(cwd, '.env'), 'PORT=9000\nLOG_LEVEL=debug\n');
  writeFileSync(join(cwd, 'key'), `${'k'.repeat(40)}\n`);
  const config = loadConfig({ PORT: '9100', AUTH_SECRET_KEY_FILE: 'key' }, cwd);
  expect(config).toMatchObject({ PORT: 9100, LOG_LEVEL: 'debug', AUTH_SECRET_KEY: 'k'.repeat(40) });
});

it('every variable has a sentence', () => {
  for (const { name, description } of describeSettings()) expect(description, name).toMatch(/\.$|…$/);
  expect(describeSettings().find((setting) => setting.name === 'PORT')?.default).toBe('8000');
});
