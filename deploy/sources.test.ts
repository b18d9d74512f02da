import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfigFromFile, type UserConfig } from 'vite';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../apps/server/src/config.ts';
import { call } from './testing/caller.ts';
import { repository, startServer } from './testing/processes.ts';
import values from './testing/sources/values.json' with { type: 'json' };

// The settings and commands of people who come from the programs that this one replaces, unchanged. They are in
// testing/sources.

const sources = join(import.meta.dirname, 'testing/sources');
const folder = mkdtempSync(join(tmpdir(), 'causerie-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = join(repository, 'apps/server/src/main.ts');
const envOf = (name: string) => parseEnv(readFileSync(join(sources, name), 'utf8')) as Record<string, string>;
/** A file's settings, with the ones it shows as comments. */
const allOf = (name: string) =>
  parseEnv(readFileSync(join(sources, name), 'utf8').replace(/^# (?=[A-Z_]+=)/gm, '')) as Record<string, string>;

describe('the .env of the ChatKit sample', () => {
  it('starts the server, with a warning that says what to do in production', async () => {
    copyFileSync(join(sources, 'chatkit-sample.env'), join(folder, '.env'));
    const server = await startServer({ DATA_DIR: join(folder, 'data') }, ['node', main], { cwd: folder });
    expect(server.output()).toMatch(/AUTH_SECRET_KEY can be guessed.*openssl rand -base64 48.*ENVIRONMENT=production/);
    expect(server.output()).toContain('ADMIN_PASSWORD is one of the passwords that are guessed first');

    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = envOf('chatkit-sample.env');
    const admin = await call(server, '/api/auth/login', { body: { email, password } });
    expect((await admin.json<{ user: { role: string } }>()).user.role).toBe('admin');
    // No strategy for uploads, hence no button for them.
    const runtime = await (await call(server, '/api/runtime-config')).json<Record<string, string>>();
    expect(runtime).not.toHaveProperty('VITE_CHATKIT_UPLOAD_STRATEGY');
    for (const [language, words] of Object.entries(values.greetings)) {
      const texts = await call(server, `/api/config?lang=${language}`);
      expect(texts.status, await texts.whole).toBe(200);
      const { greeting } = await texts.json<{ greeting: string }>();
      // French sets a thin space that does not break before a question mark.
      expect(greeting.replace('\u202f', ' ')).toBe(words);
    }
    const elsewhere = await call(server, '/api/config', { headers: { origin: 'https://anywhere.example' } });
    expect(elsewhere.headers['access-control-allow-origin']).toBe('*');

    // The platform's pages and what its guide has people type.
    for (const page of values.pages) expect((await call(server, page)).status, page).toBe(200);
    const registered = await call(server, '/api/v1/auth/register', { body: values.account });
    expect(registered.status).toBe(201);
    const signedIn = await call(server, '/api/v1/auth/login', { body: values.account });
    const pair = await signedIn.json<{ access_token: string; token_type: string }>();
    expect(Object.keys(pair)).toEqual(values.tokens);
    expect(pair.token_type).toBe('bearer');
    const authorization = `Bearer ${pair.access_token}`;
    // As curl sends it: no body at all.
    const out = await call(server, '/api/v1/auth/logout', { method: 'POST', headers: { authorization } });
    expect(out.status).toBe(204);
    expect((await call(server, '/api/v1/auth/me', { headers: { authorization } })).status).toBe(401);

    const figures = await (await call(server, '/metrics')).whole;
    for (const name of values.metrics) expect(figures).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('takes all that it shows as comments too', () => {
    const config = loadConfig(allOf('chatkit-sample.env'), folder);
    expect(config).toMatchObject({
      DATABASE_URL: 'postgresql://user:password@host:5432/chatkit',
      CHATKIT_AGENT_MODEL: 'gpt-4.1-mini',
      VITE_CHATKIT_API_URL: 'https://chatkit.example.com/api/chatkit',
      VITE_CHATKIT_UPLOAD_STRATEGY: 'two_phase',
    });
    for (const DATABASE_URL of values.databaseUrls)
      expect(loadConfig({ DATABASE_URL }, folder).DATABASE_URL).toMatch(/^postgresql:\/\/chatkit:chatkit@/);
    for (const ALLOWED_ORIGINS of values.origins)
      expect(loadConfig({ ALLOWED_ORIGINS }, folder).ALLOWED_ORIGINS.join()).toBe(ALLOWED_ORIGINS.replace(/\/$/, ''));
    // Every value emptied is every value unset.
    const emptied = Object.fromEntries(Object.keys(allOf('chatkit-sample.env')).map((name) => [name, '']));
    const bare = mkdtempSync(join(folder, 'bare-'));
    expect(loadConfig(emptied, bare)).toEqual(loadConfig({}, bare));
  });

  it('sets the port and the hosts of the development server', async () => {
    expect(await viteWith(envOf('chatkit-sample.env'))).toMatchObject({ port: 5183, hmr: { host: 'localhost' } });
    expect(await viteWith(envOf('chatkit-sample-nginx.env'))).toMatchObject({
      hmr: { host: 'chatkit.example.com', protocol: 'wss', clientPort: 443 },
      allowedHosts: ['chatkit.example.com'],
      proxy: { '/api': { target: 'https://chatkit.example.com' } },
    });
  });

  it('sets the port of the web app in compose.yaml, whose services have the names it had', () => {
    const text = readFileSync(join(repository, 'compose.yaml'), 'utf8');
    const withEnv = (env: Record<string, string>) =>
      parse(
        text.replace(/\$\{(\w+):-([^}]*)\}/g, (_all, name: string, otherwise: string) => env[name] || otherwise),
        { merge: true },
      );
    const compose = withEnv(envOf('chatkit-sample.env'));
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(values.services));
    expect(Object.keys(compose.volumes)).toContain(values.volume);
    expect(compose.services.frontend.ports).toEqual(['127.0.0.1:5183:5183']);
    expect(compose.services.frontend.environment.VITE_PORT).toBe(5183);
    expect(compose.services.backend.environment.DATABASE_URL).toBe(values.databaseUrls[1]);
    expect(withEnv({}).services.frontend.ports).toEqual(['127.0.0.1:5173:5173']);
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = compose.services.db.environment;
    expect(values.databaseUrls[1]).toContain(`${POSTGRES_USER}:${POSTGRES_PASSWORD}@db:5432/${POSTGRES_DB}`);
  });
});

describe('the settings of the platform in production', () => {
  it('do not start with a secret that is easy to guess, and explain how to make one', () => {
    const env = { ...envOf('chatkit-sample.env'), ...envOf('platform.env') };
    const { stderr, status } = spawnSync(process.execPath, [main], {
      cwd: folder,
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(stderr).toMatch(/^Causerie cannot start: AUTH_SECRET_KEY must have at least 32 .*openssl rand -base64 48/);
    expect(stderr).not.toContain('change-me');
    expect(status).toBe(1);
  });

  it('start with a secret of their own, log from warnings on, and send the headers', async () => {
    const env = {
      ...envOf('platform.env'),
      AUTH_SECRET_KEY: 'k'.repeat(40),
      PUBLIC_URL: 'https://chatkit.example.com',
    };
    const server = await startServer({ ...env, DATA_DIR: join(folder, 'production') });
    const { headers } = await call(server, '/health');
    const { 'Content-Security-Policy': policy, ...exact } = values.securityHeaders;
    for (const [name, value] of Object.entries(exact)) expect(headers[name.toLowerCase()], name).toBe(value);
    expect(headers['content-security-policy']).toMatch(new RegExp(`^${policy};`));
    expect(server.output()).not.toContain('"level":"info"');
    expect(await server.stop()).toBe(0);
  }, 60_000);
});

it('the scripts have the names that people type', async () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const name of values.scripts) expect(scripts[name], name).toBeTruthy();
  // Thin: each is another command or script that exists. `tools/dev.test.ts` starts them.
  expect(scripts['frontend:build']).toBe('npm run build --workspace apps/web --');
  for (const name of ['frontend:dev', 'frontend:preview'])
    expect(scripts[name]).toMatch(/ node_modules\/vite\/bin\/vite\.js (preview )?apps\/web$/);
});

/** The options of the development server as `apps/web/vite.config.ts` makes them in this environment. */
async function viteWith(env: Record<string, string>) {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const file = join(repository, 'apps/web/vite.config.ts');
    const loaded = await loadConfigFromFile({ command: 'serve', mode: 'development' }, file);
    return (loaded!.config as UserConfig).server;
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
