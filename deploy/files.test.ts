import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { createApp } from '../apps/server/src/app.ts';
import { describeSettings, loadConfig } from '../apps/server/src/config.ts';
import { testDatabase } from '../apps/server/src/platform/database/testing.ts';
import { freePort } from '../tools/free-port.ts';
import { redisBinary, repository } from './testing/processes.ts';

// The shipped configuration, compared with the server.

const promtool = ['/usr/bin/promtool', '/usr/local/bin/promtool', '/opt/homebrew/bin/promtool'].find((file) =>
  existsSync(file),
);
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const yaml = (path: string) => parse(read(path), { merge: true });

let metricNames: string[];
beforeAll(async () => {
  const database = await testDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'causerie-metrics-'));
  const app = await createApp(loadConfig({ DATA_DIR: directory, LOG_LEVEL: 'silent' }, directory), { database });
  metricNames = (await app.metrics.getMetricsAsJSON()).map(({ name }) => name);
  await app.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

/** All that Prometheus would have: each name, and for histograms the three that are made of it. */
function exported(): Set<string> {
  const names = metricNames;
  return new Set(['up', ...names.flatMap((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`])]);
}

/** The metrics a query names: what is neither a function, a label, nor a word of the language. */
function metricsIn(query: string): string[] {
  const words = query
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without)\s*\([^)]*\)/g, '')
    .matchAll(/[a-zA-Z_:][\w:]*(?!\s*\()\b/g);
  return [...words].map(([word]) => word).filter((word) => !/^(and|or|unless|by|without|sum|rate|max|min)$/.test(word));
}

it('finds the metrics in a query', () => {
  expect(metricsIn('sum by (le, a_b) (rate(x_bucket{c="d e"}[5m])) / y_total > 0.5 and z')).toEqual([
    'x_bucket',
    'y_total',
    'z',
  ]);
});

it('alerts only on what the server exports', async () => {
  const names = exported();
  const { groups } = yaml('deploy/prometheus/alerts.yml') as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(5);
  for (const { alert, expr, annotations } of rules) {
    expect(annotations.summary, alert).toBeTruthy();
    expect(metricsIn(expr).length, alert).toBeGreaterThan(0);
    for (const name of metricsIn(expr)) expect(names, `${alert}: ${name}`).toContain(name);
  }
});

it.skipIf(!promtool)('writes rules that promtool accepts', () => {
  const folder = join(repository, 'deploy/prometheus');
  execFileSync(promtool!, ['check', 'rules', join(folder, 'alerts.yml')], { stdio: 'pipe' });
  execFileSync(promtool!, ['check', 'config', '--syntax-only', join(folder, 'prometheus.yml')], { stdio: 'pipe' });
});

it('draws only what the server exports, each of our own at least once', async () => {
  const names = exported();
  const dashboard = JSON.parse(read('deploy/grafana/dashboards/causerie.json')) as {
    panels: { title: string; datasource: { uid: string }; targets: { expr: string }[] }[];
  };
  const source = yaml('deploy/grafana/provisioning/datasources/prometheus.yml').datasources[0];
  const drawn = new Set<string>();
  for (const { title, datasource, targets } of dashboard.panels) {
    expect(datasource.uid).toBe(source.uid);
    expect(targets.length).toBeGreaterThan(0);
    for (const { expr } of targets) {
      expect(metricsIn(expr).length, title).toBeGreaterThan(0);
      for (const name of metricsIn(expr)) {
        expect(names, `${title}: ${name}`).toContain(name);
        drawn.add(name.replace(/_(bucket|count|sum)$/, ''));
      }
    }
  }
  for (const name of metricNames)
    if (/^(getlood|chatkit|causerie)_/.test(name)) expect(drawn, 'on the dashboard').toContain(name);
});

type Service = {
  image?: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  secrets?: string[];
  networks: Record<string, { ipv4_address: string } | null>;
  mem_limit?: string;
  pids_limit?: number;
  stop_grace_period?: string;
  read_only?: boolean;
};
type Compose = { services: Record<string, Service>; volumes: object; secrets?: Record<string, { file: string }> };

it.each(['compose.yaml', 'compose.prod.yaml'])('%s holds together', (file) => {
  const compose = yaml(file) as Compose;
  // VITE_PORT is the development server's own.
  const settings = new Set(['VITE_PORT', ...describeSettings().flatMap(({ name }) => [name, `${name}_FILE`])]);
  for (const [name, service] of Object.entries(compose.services)) {
    expect(service.image ?? service.build, name).toBeTruthy();
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(compose.services, `${name} waits for ${other}`).toHaveProperty(other);
      // Ours has its healthcheck in the Dockerfile.
      if (condition === 'service_healthy' && !compose.services[other]!.build)
        expect(compose.services[other]!.healthcheck, other).toBeDefined();
    }
    for (const volume of service.volumes ?? []) {
      const [from] = volume.split(':') as [string];
      if (from.startsWith('.')) expect(existsSync(join(repository, from)), volume).toBe(true);
      else if (!from.startsWith('/')) expect(compose.volumes, volume).toHaveProperty(from);
    }
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
    if (/^(server|web|backend|frontend)/.test(name))
      for (const variable of Object.keys(service.environment ?? {})) expect(settings, variable).toContain(variable);
  }
});

it('compose.prod.yaml has three servers where nginx, Prometheus and TRUSTED_PROXIES look for them', () => {
  const { services } = yaml('compose.prod.yaml') as Compose;
  const servers = Object.keys(services).filter((name) => name !== 'worker' && services[name]!.build);
  expect(servers).toHaveLength(3);
  const upstream = [...read('deploy/nginx/upstream-compose.conf').matchAll(/^\s*server (\S+):8000/gm)].map(
    ([, to]) => to,
  );
  expect(upstream).toEqual(servers);
  const { targets } = yaml('deploy/prometheus/prometheus.yml').scrape_configs[0].static_configs[0];
  // The worker too: it alone counts the jobs, of which JobsFail tells.
  expect(targets).toEqual([...servers, 'worker'].map((name) => `${name}:8000`));
  for (const name of servers) {
    const { environment, stop_grace_period, read_only } = services[name]!;
    expect(environment!.TRUSTED_PROXIES).toBe(services.nginx!.networks.entry!.ipv4_address);
    expect(stop_grace_period).toBe('60s');
    expect(read_only).toBe(true);
  }
});

it('compose.prod.yaml limits every service, and separates services that need no connection', () => {
  const { services, networks } = yaml('compose.prod.yaml') as Compose & { networks: Record<string, object | null> };
  const of = (name: string) => {
    const joined = services[name]!.networks;
    return Array.isArray(joined) ? (joined as string[]) : Object.keys(joined);
  };
  for (const [name, { mem_limit, pids_limit, image }] of Object.entries(services)) {
    expect(mem_limit, name).toMatch(/^\d+[mg]$/);
    expect(pids_limit, name).toBeGreaterThan(0);
    for (const network of of(name)) expect(networks, name).toHaveProperty(network);
    // A fixed version is fixed for good; a branch is for its security fixes.
    if (/\d+\.\d+\.\d+/.test(image ?? '')) expect(image, name).toMatch(/@sha256:[0-9a-f]{64}$/);
  }
  expect(networks.data).toEqual({ internal: true });
  for (const name of ['redis', 'database']) expect(of(name), name).toEqual(['data']);
  for (const name of ['nginx', 'prometheus', 'grafana']) expect(of(name), name).not.toContain('data');
  for (const name of ['server-1', 'server-2', 'server-3', 'worker'])
    expect(of(name), name).toEqual(expect.arrayContaining(['data', 'watch']));
});

it.skipIf(!redisBinary)('the Redis of compose.prod.yaml wants the password that docs/running.md makes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'causerie-compose-'));
  const [, preparing] = /```text\n(mkdir -m 700 secrets\n[\s\S]*?chmod [^\n]*)/.exec(read('docs/running.md'))!;
  execFileSync('sh', ['-ec', preparing!], { cwd: folder });
  const { services, secrets } = yaml('compose.prod.yaml') as Compose;
  for (const { file } of Object.values(secrets!)) expect(existsSync(join(folder, file)), file).toBe(true);

  const port = await freePort();
  const here = (text: string) =>
    text
      .replaceAll('$$', '$')
      .replaceAll('/run/secrets', join(folder, 'secrets'))
      .replaceAll('redis-cli', `redis-cli -p ${port}`);
  const [shell, , command] = services.redis!.command!;
  const redis = spawn(
    shell!,
    ['-c', here(command!).replace('redis-server -', `redis-server - --bind 127.0.0.1 --port ${port}`)],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  );
  const url = readFileSync(join(folder, 'secrets/redis_url'), 'utf8')
    .trim()
    .replace('@redis:6379', `@127.0.0.1:${port}`);
  const say = (...args: string[]) =>
    spawnSync(join(dirname(redisBinary!), 'redis-cli'), args, { encoding: 'utf8' }).stdout.trim();
  try {
    await vi.waitFor(() => expect(say('-u', url, 'ping')).toBe('PONG'), { timeout: 15_000 });
    expect(say('-p', String(port), 'set', 'a', 'b')).toMatch(/^NOAUTH/);
    const check = services.redis!.healthcheck!.test[1]!;
    expect(spawnSync('sh', ['-c', here(check)]).status).toBe(0);
    // Without its password, no health.
    expect(spawnSync('sh', ['-c', here(check).replace('redis_password', 'metrics_token')]).status).not.toBe(0);
  } finally {
    const ended = once(redis, 'exit');
    redis.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
});

it('the commands of compose.yaml name programs and files that exist', () => {
  const { services } = yaml('compose.yaml') as Compose;
  const vite = services.frontend!.command![1]!;
  expect(existsSync(join(repository, 'apps/web', vite))).toBe(true);
  expect(() => createRequire(import.meta.url).resolve('vite/package.json')).not.toThrow();
  for (const argument of services.backend!.command!.slice(1))
    expect(existsSync(join(repository, argument.replace(/^--watch-path=/, ''))), argument).toBe(true);
});
