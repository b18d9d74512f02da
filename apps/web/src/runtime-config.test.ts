import { beforeEach, expect, it, vi } from 'vitest';

const answer = (body: unknown, status = 200) =>
  (async () => new Response(JSON.stringify(body), { status })) as unknown as typeof fetch;

beforeEach(() => {
  vi.resetModules();
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  vi.unstubAllEnvs();
});

it('takes what the server says over what was known while building', async () => {
  vi.stubEnv('VITE_BACKEND_URL', 'https://built.example');
  vi.stubEnv('VITE_CHATKIT_DOMAIN_KEY', 'built');
  const { loadRuntimeConfig } = await import('./runtime-config.ts');
  const config = await loadRuntimeConfig(
    answer({ VITE_BACKEND_URL: 'https://served.example', SECRET: 'x', VITE_CHATKIT_API_URL: '' }),
  );
  expect(config).toEqual({ VITE_BACKEND_URL: 'https://served.example', VITE_CHATKIT_DOMAIN_KEY: 'built' });
});

it('remembers the last visit for when the server is away', async () => {
  const first = await import('./runtime-config.ts');
  await first.loadRuntimeConfig(answer({ VITE_BACKEND_URL: 'https://second.example' }));
  vi.resetModules();
  const later = await import('./runtime-config.ts');
  const away = (async () => {
    throw new TypeError('fetch failed');
  }) as unknown as typeof fetch;
  expect(await later.loadRuntimeConfig(away)).toEqual({ VITE_BACKEND_URL: 'https://second.example' });
});

it('starts with nothing from a server that has no such route', async () => {
  const { loadRuntimeConfig } = await import('./runtime-config.ts');
  expect(await loadRuntimeConfig(answer({ error: { code: 'not_found' } }, 404))).toEqual({});
});
